package dev.headgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class ComposeFileTest {

    private static final Path COMPOSE = Path.of("docker-compose.yml");
    private static final Path DOCKERFILE = Path.of("src", "deploy", "Dockerfile");
    private static final Path ELASTICMQ = Path.of("src", "deploy", "elasticmq.conf");
    private static final Path PROPERTIES = Path.of("src", "deploy", "compose.properties");
    private static final Pattern PINNED = Pattern.compile("[\\w/.-]+:v?\\d+\\.\\d+[\\w.-]*");

    private static Map<String, Map<String, Object>> services = Map.of();

    @BeforeAll
    @SuppressWarnings("unchecked")
    static void parse() throws IOException {
        try (Reader reader = Files.newBufferedReader(COMPOSE)) {
            Map<String, Map<String, Map<String, Object>>> file = (Map<String, Map<String, Map<String, Object>>>)
                    new Load(LoadSettings.builder().build()).loadFromReader(reader);
            services = file.getOrDefault("services", Map.of());
        }
    }

    @Test
    void it_runs_headgate_beside_kafka_and_postgres_and_if_asked_sqs_and_s3_and_prometheus_and_grafana() {
        assertThat(services)
                .containsOnlyKeys(
                        "headgate",
                        "kafka",
                        "topics",
                        "postgres",
                        "sqs",
                        "s3",
                        "prometheus",
                        "alertmanager",
                        "grafana");
        assertThat(services.keySet())
                .filteredOn(name -> services.get(name).containsKey("profiles"))
                .containsExactlyInAnyOrder("sqs", "s3", "prometheus", "alertmanager", "grafana");
    }

    @Test
    void the_queue_the_bucket_and_the_addresses_are_those_of_the_routes() throws IOException {
        Settings settings = Settings.load(Path.of("routes", "sqs-s3"), PROPERTIES, Map.of());

        assertThat(settings.find("camel.component.aws2-sqs.uri-endpoint-override"))
                .hasValue("http://sqs:9324");
        assertThat(settings.find("camel.component.aws2-s3.uri-endpoint-override"))
                .hasValue("http://s3:8333");
        assertThat(services.get("s3").toString())
                .contains("-bucket=" + settings.find("orders-archive.bucket").orElseThrow())
                .contains("AWS_ACCESS_KEY_ID="
                        + settings.find("camel.component.aws2-s3.access-key").orElseThrow());
        assertThat(Files.readString(ELASTICMQ))
                .contains(settings.find("orders-archive.queue").orElseThrow() + " { }", "orders-applied { }");
        assertThat(services.get("headgate").toString())
                .contains(PROPERTIES.toString(), "--config, " + PROPERTIES.getFileName());
        assertThat(services.get("sqs").toString()).contains(ELASTICMQ.toString());
    }

    @Test
    void every_image_is_pinned() throws IOException {
        assertThat(services.values())
                .allSatisfy(service -> assertThat((String) service.get("image")).matches(PINNED));
        assertThat(Files.readAllLines(DOCKERFILE).stream()
                        .filter(line -> line.matches("(FROM |COPY --from=)\\S+[:].*"))
                        .map(line -> line.replaceFirst("(FROM |COPY --from=)(\\S+).*", "$2")))
                .hasSize(3)
                .allSatisfy(image -> assertThat(image).matches(PINNED));
        assertThat(Files.readString(COMPOSE) + Files.readString(DOCKERFILE)).doesNotContain("latest");
    }

    @Test
    void the_servers_have_health_checks_and_headgate_waits_for_them() throws IOException {
        assertThat(List.of("kafka", "postgres", "sqs", "s3", "prometheus", "alertmanager", "grafana"))
                .allSatisfy(name -> assertThat(services.get(name)).containsKey("healthcheck"));
        assertThat(Files.readString(DOCKERFILE)).contains("HEALTHCHECK", "/observe/health");
        assertThat(services.get("headgate"))
                .containsEntry(
                        "depends_on",
                        Map.of(
                                "postgres", Map.of("condition", "service_healthy"),
                                "kafka", Map.of("condition", "service_healthy"),
                                "topics", Map.of("condition", "service_completed_successfully")));
    }

    @Test
    void what_the_servers_hold_survives_in_volumes() {
        assertThat(List.of("kafka", "postgres", "sqs", "s3"))
                .allSatisfy(name -> assertThat(services.get(name)).containsKey("volumes"));
    }

    @Test
    void every_port_is_open_to_this_machine_alone() {
        assertThat(services.values())
                .allSatisfy(service -> assertThat((List<?>) service.getOrDefault("ports", List.of()))
                        .allSatisfy(port -> assertThat((String) port).startsWith("127.0.0.1:")));
    }
}

package dev.headgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

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
    private static final Pattern PINNED = Pattern.compile("[\\w/.-]+:\\d+\\.\\d+[\\w.-]*");

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
    void it_runs_headgate_beside_kafka_and_postgres() {
        assertThat(services).containsOnlyKeys("headgate", "kafka", "topics", "postgres");
    }

    @Test
    void every_image_is_pinned() throws IOException {
        assertThat(services.values())
                .allSatisfy(service -> assertThat((String) service.get("image")).matches(PINNED));
        assertThat(Files.readAllLines(DOCKERFILE).stream()
                        .filter(line -> line.startsWith("FROM "))
                        .map(line -> line.replaceFirst("FROM (\\S+).*", "$1")))
                .hasSize(2)
                .allSatisfy(image -> assertThat(image).matches(PINNED));
        assertThat(Files.readString(COMPOSE) + Files.readString(DOCKERFILE)).doesNotContain("latest");
    }

    @Test
    void the_servers_have_health_checks_and_headgate_waits_for_them() throws IOException {
        assertThat(List.of("kafka", "postgres"))
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
        assertThat(List.of("kafka", "postgres"))
                .allSatisfy(name -> assertThat(services.get(name)).containsKey("volumes"));
    }

    @Test
    void every_port_is_open_to_this_machine_alone() {
        assertThat(services.values())
                .allSatisfy(service -> assertThat((List<?>) service.getOrDefault("ports", List.of()))
                        .allSatisfy(port -> assertThat((String) port).startsWith("127.0.0.1:")));
    }
}

package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * The 15 lines of the page about {@code batch:}, as they stand there, with the shipped schema and SQL, in a folder whose name
 * has every sign that means something in a URI or a pattern.
 */
class LeastPipelineIT {

    private static final Pattern YAML = Pattern.compile("```yaml\n(- route:\n.*?)```", Pattern.DOTALL);

    @Test
    void applies_each_message_once_and_keeps_what_is_refused(@TempDir Path above) throws IOException {
        Path folder = Files.createDirectory(above.resolve("a+b %20%,c#d&e?f=g;h*[i]"));
        Matcher documented = YAML.matcher(Files.readString(Path.of("src/docs/batch.md")));
        assertThat(documented.find()).isTrue();
        List<String> lines = documented.group(1).lines().toList();
        assertThat(lines).hasSize(16);
        FileSystemUtils.copyRecursively(Pipeline.ROUTES.resolve("sql"), folder.resolve("sql"));
        FileSystemUtils.copyRecursively(Pipeline.ROUTES.resolve("migrations"), folder.resolve("migrations"));
        Files.copy(Pipeline.ROUTES.resolve("orders.schema.json"), folder.resolve("orders.schema.json"));
        Load load = new Load(System.nanoTime(), 200, 0.2);
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.migrate();
            Files.writeString(
                    folder.resolve("orders.camel.yaml"),
                    documented
                            .group(1)
                            .replace("kafka:orders", "kafka:" + pipeline.topic)
                            .replace("headgate-orders", pipeline.topic));
            pipeline.start(folder, Map.of(), Map.of());
            load.send(pipeline, 1_000);
            pipeline.send("k", "broken-1", "{\"order_id\":".getBytes(UTF_8));
            pipeline.send("k", "empty-1", "{}".getBytes(UTF_8));
            pipeline.flush();

            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(1_002));
            assertThat(pipeline.texts("select key from headgate.ledger where pipeline = 'orders'"))
                    .containsExactlyInAnyOrderElementsOf(load.ids());
            assertThat(pipeline.texts("select order_id || ' ' || version from orders"))
                    .containsExactlyInAnyOrderElementsOf(load.versions().entrySet().stream()
                            .map(order -> order.getKey() + " " + order.getValue())
                            .toList());
            assertThat(pipeline.count("select count(*) from headgate.outbox"))
                    .isEqualTo(load.ids().size());
            assertThat(pipeline.texts(
                            "select headers ->> 'message-id' || ': ' || reason from headgate.dead_letter order by 1"))
                    .containsExactly("broken-1: broken JSON", "empty-1: schema: $ required");
        }
    }
}

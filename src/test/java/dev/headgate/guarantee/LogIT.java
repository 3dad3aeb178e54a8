package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says as it is shipped, and what it never says. */
class LogIT {

    private static final URI SHIPPED = Path.of("src/main/resources/log4j2.xml").toUri();
    private static final String SECRET = "hush-hush-7163";

    private static final String ENTRY = """
            insert into headgate.outbox (pipeline, destination, key, payload) values ('orders', 'hooks', 'k', 'x')
            """;

    /** All that is logged at debug while it is open. */
    private static final class Captured extends AbstractAppender implements AutoCloseable {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final LoggerContext context = (LoggerContext) LogManager.getContext(false);

        Captured() {
            super("captured", null, null, true, Property.EMPTY_ARRAY);
            start();
            System.setProperty("headgate.log.level", "DEBUG");
            context.setConfigLocation(SHIPPED);
            context.getConfiguration().getRootLogger().addAppender(this, Level.ALL, null);
        }

        @Override
        public void append(LogEvent event) {
            Throwable thrown = event.getThrown();
            lines.add(event.getLoggerName() + " " + event.getMessage().getFormattedMessage()
                    + (thrown == null ? "" : " " + thrown));
        }

        @Override
        public void close() {
            System.clearProperty("headgate.log.level");
            context.setConfigLocation(
                    Path.of("src/test/resources/log4j2-test.xml").toUri());
        }
    }

    @Test
    void a_batch_is_one_line_at_debug_a_message_none_and_no_secret_is_printed(@TempDir Path folder) throws Exception {
        try (Pipeline pipeline = new Pipeline(1);
                Captured log = new Captured()) {
            pipeline.start(
                    RoutesFolder.withWebhook(folder),
                    Map.of(
                            "hooks.url", "http://127.0.0.1:1/services/" + SECRET,
                            "hooks.bearer", SECRET,
                            "headgate.database.url", pipeline.jdbcUrl() + "?password=" + SECRET,
                            "headgate.database.password", SECRET,
                            "headgate.management.token", SECRET,
                            "camel.component.aws2-sqs.secret-key", SECRET,
                            "camel.component.kafka.sasl-jaas-config", "x required password=\"" + SECRET + "\";"),
                    Map.of());
            IntStream.range(0, 500).forEach(i -> pipeline.sendOrder("order" + i, "order" + i, 1));
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(500));

            List<String> headgate = log.lines.stream()
                    .filter(line -> line.startsWith("dev.headgate"))
                    .toList();
            assertThat(headgate).anyMatch(line -> line.contains("batch:orders wrote"));
            assertThat(headgate)
                    .filteredOn(line -> !line.contains("batch:orders wrote"))
                    .hasSizeLessThan(100);
            pipeline.execute(ENTRY);
            Pipeline.await().untilAsserted(() -> assertThat(log.lines)
                    .anyMatch(line -> line.contains("hooks") && line.contains("refused")));
            assertThat(log.lines).anyMatch(line -> line.startsWith("org.apache.camel"));
            assertThat(log.lines).noneMatch(line -> line.contains(SECRET));
        }
    }

    /** What a sender has put into a name, and a server into its complaint. */
    @Test
    void a_message_forges_no_line_and_commands_no_terminal() {
        LoggerContext context = new LoggerContext("text", null, SHIPPED);
        try {
            context.start();
            String line = new String(
                    context.getConfiguration()
                            .getAppender("text")
                            .getLayout()
                            .toByteArray(Log4jLogEvent.newBuilder()
                                    .setLoggerName("dev.headgate.test")
                                    .setLevel(Level.WARN)
                                    .setMessage(
                                            new SimpleMessage(
                                                    "a\r\n12:00:00.000 INFO forged \u001b]0;x\u0007 \u009b2J \u202egro \u2028 é\ttab"))
                                    .setThrown(new IllegalStateException("why\n12:00:00.000 INFO forged\u001b[2J"))
                                    .build()),
                    StandardCharsets.UTF_8);

            assertThat(line).doesNotContain("\u001b", "\u0007", "\u009b", "\u202e", "\u2028", "\r");
            assertThat(line).contains("a ", "gro", "é\ttab", "IllegalStateException: why");
            assertThat(line.lines().skip(1)).isNotEmpty().allMatch(next -> !next.startsWith("12:"));
            assertThat(line.lines().filter(next -> next.contains("forged"))).hasSize(2);
            assertThat(line).contains("\n\tat ");
        } finally {
            context.stop();
        }
    }

    @Test
    void each_line_is_a_json_object_if_that_is_asked_for() throws Exception {
        System.setProperty("headgate.log.format", "json");
        LoggerContext context = new LoggerContext("json", null, SHIPPED);
        try {
            context.start();
            Configuration shipped = context.getConfiguration();
            assertThat(shipped.getRootLogger().getAppenders()).containsOnlyKeys("json");
            byte[] line = shipped.getAppender("json")
                    .getLayout()
                    .toByteArray(Log4jLogEvent.newBuilder()
                            .setLoggerName("dev.headgate.test")
                            .setLevel(Level.WARN)
                            .setMessage(new SimpleMessage("two\nlines"))
                            .setThrown(new IllegalStateException("why"))
                            .build());

            assertThat(new String(line, StandardCharsets.UTF_8).strip()).hasLineCount(1);
            JsonNode json = new ObjectMapper().readTree(line);
            assertThat(json.get("message").asText()).isEqualTo("two\nlines");
            assertThat(json.get("log.level").asText()).isEqualTo("WARN");
            assertThat(json.get("error.message").asText()).isEqualTo("why");
        } finally {
            context.stop();
            System.clearProperty("headgate.log.format");
        }
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;

/** What the log says, and what it never says. */
class LogIT {

    private static final String SECRET = "hush-hush-7163";

    /** All that is logged while it is open, by Headgate and Camel at debug. */
    private static final class Captured extends AbstractAppender implements AutoCloseable {

        private static final List<String> LOUD =
                List.of("dev.headgate", "org.apache.camel", "com.zaxxer.hikari", "org.flywaydb");

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final LoggerContext context = (LoggerContext) LogManager.getContext(false);

        Captured() {
            super("captured", null, null, true, Property.EMPTY_ARRAY);
            start();
            context.getConfiguration().getRootLogger().addAppender(this, Level.ALL, null);
            LOUD.forEach(name -> Configurator.setLevel(name, Level.DEBUG));
        }

        @Override
        public void append(LogEvent event) {
            Throwable thrown = event.getThrown();
            lines.add(event.getLoggerName() + " " + event.getMessage().getFormattedMessage()
                    + (thrown == null ? "" : " " + thrown));
        }

        @Override
        public void close() {
            context.getConfiguration().getRootLogger().removeAppender("captured");
            context.reconfigure();
        }
    }

    @Test
    void a_batch_is_one_line_at_debug_a_message_none_and_no_secret_is_printed() {
        try (Pipeline pipeline = new Pipeline(1);
                Captured log = new Captured()) {
            String user = pipeline.properties().get("headgate.database.user");
            pipeline.start(
                    Map.of(
                            "headgate.database.url", pipeline.jdbcUrl() + "?password=" + SECRET,
                            "headgate.database.password", SECRET,
                            "headgate.database.user", user,
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
            assertThat(headgate).hasSizeLessThan(200);
            assertThat(log.lines).noneMatch(line -> line.contains(SECRET));
        }
    }

    @Test
    void each_line_is_a_json_object_if_that_is_asked_for() throws Exception {
        PrintStream standardError = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setProperty("headgate.log.format", "json");
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        LoggerContext context = new LoggerContext(
                "json", null, Path.of("src/main/resources/log4j2.xml").toUri());
        try {
            context.start();
            context.getLogger("dev.headgate.test").warn("two\nlines", new IllegalStateException("why"));
        } finally {
            context.stop();
            System.setErr(standardError);
            System.clearProperty("headgate.log.format");
        }

        assertThat(written.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(written.toByteArray());
        assertThat(line.get("message").asText()).isEqualTo("two\nlines");
        assertThat(line.get("log.level").asText()).isEqualTo("WARN");
        assertThat(line.get("error.message").asText()).isEqualTo("why");
    }
}

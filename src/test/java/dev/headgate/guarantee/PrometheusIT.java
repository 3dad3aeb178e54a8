package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.Main;
import dev.headgate.devservices.DevPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped rules and dashboards, asked of the real Prometheus, which scrapes a running Headgate. */
class PrometheusIT {

    private static final Path MONITORING = Path.of("src", "monitoring");
    private static final Pattern RECORDED = Pattern.compile("record: (\\S+)");
    private static final Pattern METER = Pattern.compile("\\bheadgate[a-z_]*[_:][a-z_:0-9]+");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    @Test
    void every_expression_returns_data_and_a_stopped_database_fires_its_alert_until_it_is_back() throws Exception {
        assumeTrue(Prometheus.isInstalled(), "Debian's package prometheus is not installed");
        int port = Scrape.freePort();
        try (DevPostgres postgres = DevPostgres.start(Files.createDirectory(directory.resolve("postgres")));
                Pipeline pipeline = new Pipeline(2, postgres, Servers.KAFKA);
                Prometheus prometheus = new Prometheus(Files.createDirectory(directory.resolve("prometheus")), port)) {
            pipeline.start(
                    Map.of("camel.management.enabled", "true", "camel.management.port", Integer.toString(port)),
                    Map.of());
            send(pipeline, 0);
            Pipeline.await().until(() -> prometheus.series("headgate_outcomes_total{outcome=\"dead_letter\"} > 0") > 0);
            assertThat(prometheus.fires("HeadgateHeld")).isFalse();

            postgres.stop();
            IntStream.range(0, 9).forEach(i -> sendOld(pipeline, i));
            send(pipeline, 1);
            Pipeline.await().until(() -> prometheus.fires("HeadgateHeld"));
            Pipeline.await().until(() -> prometheus.fires("HeadgateFreshnessMessagesWait"));
            postgres.restart();
            Pipeline.await().until(() -> !prometheus.fires("HeadgateHeld"));
            Pipeline.await().until(() -> !prometheus.fires("HeadgateFreshnessMessagesWait"));

            send(pipeline, 2);
            Set<String> expressions = new TreeSet<>(meters());
            expressions.addAll(ofDashboards());
            Pipeline.await().untilAsserted(() -> assertThat(expressions)
                    .allSatisfy(expression -> assertThat(prometheus.series(expression))
                            .as(expression)
                            .isPositive()));
            assertSloReads(prometheus);
        }
    }

    private static void assertSloReads(Prometheus prometheus) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.run(new PrintWriter(out), new PrintWriter(err), "slo", "--json", "--prometheus", prometheus.url());
        // The outage may or may not have been longer than freshness allows.
        assertThat(exitCode).as(err.toString()).isNotEqualTo(1);
        JsonNode standings = JSON.readTree(out.toString());
        assertThat(standings.findValuesAsText("slo")).containsExactly("freshness", "reliability", "capacity");
        assertThat(standings.findValuesAsText("pipeline")).containsOnly("orders");
        assertThat(standings.get(1).path("state").asText()).isEqualTo("ok");
        assertThat(standings)
                .allSatisfy(one -> assertThat(one.path("errorRatio").properties())
                        .allSatisfy(ratio -> assertThat(ratio.getValue().isNumber()
                                        || ratio.getKey().equals("now"))
                                .as(ratio.getKey())
                                .isTrue()));
    }

    private static void sendOld(Pipeline pipeline, int order) {
        long sent = Instant.now().minus(Duration.ofMinutes(10)).toEpochMilli();
        String id = "old" + order;
        pipeline.send(new ProducerRecord<>(
                pipeline.topic, null, sent, id, Orders.json(id, 1).getBytes(StandardCharsets.UTF_8)));
    }

    /** Valid, invalid and repeated ones. */
    private static void send(Pipeline pipeline, int round) {
        IntStream.range(0, 50).forEach(i -> pipeline.sendOrder("o" + i, round + "-" + i, round + 1));
        pipeline.send("bad", "bad" + round, "{}".getBytes(StandardCharsets.UTF_8));
        pipeline.flush();
        pipeline.sendOrder("o1", round + "-1", round + 1);
        pipeline.flush();
    }

    /** What the rules record, and all that they and the alerts read. */
    private static Set<String> meters() throws IOException {
        String rules = Files.readString(MONITORING.resolve("prometheus/rules/slo.yml"))
                + Files.readString(MONITORING.resolve("prometheus/rules/alerts.yml"));
        Set<String> all =
                RECORDED.matcher(rules).results().map(found -> found.group(1)).collect(Collectors.toSet());
        rules.lines()
                .filter(line -> line.startsWith("          ") || line.contains("expr:"))
                .filter(line -> !line.contains("summary:") && !line.contains("description:"))
                .flatMap(line -> METER.matcher(line).results().map(MatchResult::group))
                .filter(meter -> !meter.startsWith("headgate_sqs"))
                .forEach(all::add);
        return all;
    }

    private static Set<String> ofDashboards() throws IOException {
        Set<String> queries = new TreeSet<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(MONITORING.resolve("grafana/dashboards"), "*.json")) {
            for (Path file : files) {
                for (JsonNode query : JSON.readTree(file.toFile()).findValues("expr")) {
                    // Series that appear with the first failure of a relay or a job are not among them.
                    if (!query.asText().matches(".*headgate_(outbox|job)_errors_total.*")) {
                        queries.add(query.asText().replaceAll("\\$(pipeline|destination|queue)", ".*"));
                    }
                }
            }
        }
        assertThat(queries).hasSizeGreaterThan(40);
        return queries;
    }
}

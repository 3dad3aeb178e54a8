package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the status page, its JSON and {@code headgate slo} say of a running Headgate that asks who they are. */
class StatusIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] TOKEN = {"Authorization", "Bearer t0ken"};

    @TempDir
    Path directory;

    private int port;

    @Test
    void the_page_shows_what_runs_what_is_held_and_why_and_slo_says_so_by_its_exit_code() throws Exception {
        port = Scrape.freePort();
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(settings(), Map.of());
            IntStream.range(0, 20).forEach(i -> pipeline.sendOrder("o" + i, "id" + i, 1));
            pipeline.send("bad", "bad", "{}".getBytes(StandardCharsets.UTF_8));
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> theLoad(status()));

            thePage();
            HeadgateCommand fine = slo(pipeline, settings(), "slo");
            assertThat(fine.exitCode()).as(fine.err()).isZero();
            assertThat(fine.out()).contains("freshness", "reliability", "capacity", "orders", "within 60 s");
            refused(pipeline);

            pipeline.execute("alter table orders rename to orders_away");
            pipeline.send(old(pipeline, "held"));
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> held(status()));
            Pipeline.await().untilAsserted(() -> lateWhileItWaits(pipeline));
            theBrowsersPage();
            pipeline.execute("alter table orders_away rename to orders");
            Pipeline.await()
                    .untilAsserted(() ->
                            assertThat(orders(status()).path("state").asText()).isEqualTo("running"));
            IntStream.range(0, 200).forEach(i -> pipeline.sendOrder("n" + i, "new" + i, 1));
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> keptAgain(pipeline));

            IntStream.range(0, 9).forEach(i -> pipeline.send(old(pipeline, "old" + i)));
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> breached(pipeline));
        }
    }

    private static void theLoad(JsonNode status) {
        assertThat(names(status))
                .containsExactly(
                        "at",
                        "commit",
                        "deadLetters",
                        "jobs",
                        "notReady",
                        "objectives",
                        "outboxes",
                        "pipelines",
                        "queryAgeSeconds",
                        "started",
                        "times",
                        "version",
                        "writes");
        assertThat(status.path("notReady")).isEmpty();
        JsonNode orders = orders(status);
        assertThat(names(orders))
                .containsExactly(
                        "batches",
                        "freshness",
                        "history",
                        "inflight",
                        "late",
                        "maxRate",
                        "missing",
                        "name",
                        "objectives",
                        "oldestSeconds",
                        "outcomes",
                        "pauses",
                        "source",
                        "stages",
                        "state",
                        "unreadable",
                        "waiting");
        assertThat(orders.path("state").asText()).isEqualTo("running");
        assertThat(orders.path("source").path("scheme").asText()).isEqualTo("kafka");
        assertThat(orders.path("outcomes").toString())
                .isEqualTo("{\"applied\":20,\"duplicate\":0,\"deadLetter\":1,\"conflict\":0}");
        assertThat(orders.path("stages").findValuesAsText("name"))
                .containsExactly("source", "process", "batch", "sink", "acknowledge");
        assertThat(orders.path("stages").findValuesAsText("messages")).containsOnly("21");
        assertThat(orders.path("stages").get(3).path("p99Seconds").asDouble()).isPositive();
        assertThat(orders.path("freshness").path("p99Seconds").asDouble()).isPositive();
        assertThat(orders.path("batches").toString())
                .contains("\"name\":\"orders\",\"targets\":[{\"scheme\":\"sql\",\"name\":\"\"}]");
        assertThat(orders.path("waiting").isNumber()).isTrue();
        assertThat(orders.path("objectives").findValuesAsText("name"))
                .containsExactly("freshness", "reliability", "capacity");
        assertThat(orders.path("history").path("perSecond"))
                .hasSize(status.path("times").size())
                .isNotEmpty();
        JsonNode outbox = status.path("outboxes").get(0);
        assertThat(outbox.path("destination").asText()).isEqualTo("orders-applied");
        assertThat(outbox.path("delivered").asInt()).isEqualTo(20);
        assertThat(outbox.path("targets").get(0).path("name").asText()).endsWith("-orders-applied");
        JsonNode letter = status.path("deadLetters").get(0);
        assertThat(letter.path("pipeline").asText()).isEqualTo("orders");
        assertThat(letter.path("open").asInt()).isOne();
        assertThat(letter.path("sinceStart").asInt()).isOne();
    }

    private void thePage() throws Exception {
        assertThat(Scrape.get(port, "/").statusCode()).isEqualTo(401);
        assertThat(Scrape.get(port, "/observe/status").statusCode()).isEqualTo(401);
        HttpResponse<String> page = Scrape.get(port, "/", TOKEN);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
        for (String file : List.of("status.css", "status.js", "charts.js", "words.js")) {
            assertThat(Scrape.get(port, "/observe/page/" + file, TOKEN).statusCode())
                    .as(file)
                    .isEqualTo(200);
        }
    }

    private void theBrowsersPage() throws Exception {
        if (!Chromium.isInstalled()) {
            return;
        }
        // A person at a browser types any user and the token.
        String document = Chromium.document(directory, "http://anybody:t0ken@127.0.0.1:" + port + "/");
        assertThat(document)
                .contains("<h2 id=\"pipeline-orders\">orders</h2>", "aria-hidden=\"true\">✕</span> Held</span>")
                .contains("batch:orders", "outbox:orders-applied", "relation \"orders\" does not exist")
                .contains("orders: 1 open (1 ", "./headgate dead-letters list --reasons")
                .contains("orders: 1 messages that have not ended are older than 60 s, the oldest in a batch 10 min")
                .contains("<div class=\"controls\"><button type=\"button\" class=\"pause\">Pause</button>")
                .contains(
                        ">Replay</button>",
                        ">Discard</button>",
                        "href=\"observe/dead-letters?pipeline=orders&amp;reason=")
                .contains("href=\"observe/page/runbook.md#:~:text=%23%23%20HeadgateHeld\"")
                .contains("<div class=\"scale\" aria-hidden=\"true\"><span>")
                .contains("data-label=\"Oldest due\"", "data-label=\"last day\"")
                .contains("in sink; headgate_stage_errors_total has their reasons")
                .doesNotContain("Nothing needs attention")
                .contains("aria-label=\"Throughput in the last 15 minutes: ")
                .contains("<p id=\"unreachable\" class=\"banner\" role=\"alert\" hidden=\"\"></p>");
    }

    private static void held(JsonNode status) {
        JsonNode orders = orders(status);
        assertThat(orders.path("state").asText()).isEqualTo("held");
        JsonNode pause = orders.path("pauses").get(0);
        assertThat(pause.path("reason").asText()).isEqualTo("outage");
        assertThat(pause.path("batch").asText()).isEqualTo("orders");
        assertThat(pause.path("why").asText()).contains("relation \"orders\" does not exist");
        assertThat(Instant.parse(pause.path("since").asText()))
                .isBeforeOrEqualTo(Instant.parse(status.path("at").asText()));
        assertThat(status.path("notReady").findValuesAsText("check")).contains("headgate-hold");
    }

    private void refused(Pipeline pipeline) throws Exception {
        Map<String, String> wrong = settings();
        wrong.put("headgate.management.token", "other");
        assertThat(slo(pipeline, wrong, "slo")).satisfies(run -> {
            assertThat(run.exitCode()).isOne();
            assertThat(run.err()).contains("does not take the credentials").hasLineCount(1);
        });
        Map<String, String> elsewhere = settings();
        elsewhere.put("camel.management.port", Integer.toString(Scrape.freePort()));
        assertThat(slo(pipeline, elsewhere, "slo")).satisfies(run -> {
            assertThat(run.exitCode()).isOne();
            assertThat(run.err())
                    .contains("Nobody answers at http://127.0.0.1:")
                    .hasLineCount(1);
        });
        assertThat(slo(pipeline, settings(), "slo", "--prometheus", "http://127.0.0.1:" + port))
                .satisfies(run -> {
                    assertThat(run.exitCode()).isOne();
                    assertThat(run.err()).contains("not as Prometheus does").hasLineCount(1);
                });
        assertThat(slo(pipeline, settings(), "slo", "--prometheus", "localhost:9090")
                        .exitCode())
                .isEqualTo(2);
    }

    /** One of 22 has waited for ten minutes: it is not fresh now, not only when it has been written at last. */
    private void lateWhileItWaits(Pipeline pipeline) throws IOException, InterruptedException {
        JsonNode freshness = orders(status()).path("objectives").get(0);
        assertThat(freshness.path("state").asText()).isEqualTo("breached");
        assertThat(freshness.path("errorRatio").path("now").asDouble()).isBetween(0.04, 0.06);
        assertThat(slo(pipeline, settings(), "slo").exitCode()).isEqualTo(4);
        Scrape meters = Scrape.of(port, TOKEN);
        assertThat(meters.value("headgate_waiting_late_messages{pipeline=\"orders\"}"))
                .isOne();
        assertThat(meters.value("headgate_waiting_oldest_seconds{pipeline=\"orders\"}"))
                .isBetween(600.0, 900.0);
    }

    /** One of 222 was late, and none is. */
    private void keptAgain(Pipeline pipeline) throws IOException, InterruptedException {
        Scrape meters = Scrape.of(port, TOKEN);
        assertThat(meters.value("headgate_waiting_late_messages{pipeline=\"orders\"}"))
                .isZero();
        JsonNode freshness = orders(status()).path("objectives").get(0);
        assertThat(freshness.path("state").asText()).isEqualTo("ok");
        assertThat(freshness.path("errorRatio").path("now").asDouble()).isZero();
        assertThat(slo(pipeline, settings(), "slo").exitCode()).isZero();
    }

    /** Ten of 231 came ten minutes late, which is more than 1 %. */
    private void breached(Pipeline pipeline) throws IOException {
        HeadgateCommand run = slo(pipeline, settings(), "slo", "--json");
        assertThat(run.exitCode()).isEqualTo(4);
        JsonNode freshness = JSON.readTree(run.out()).get(0);
        assertThat(freshness.path("slo").asText()).isEqualTo("freshness");
        assertThat(freshness.path("state").asText()).isEqualTo("breached");
        assertThat(freshness.path("errorRatio").path("1d").asDouble()).isBetween(0.04, 0.06);
        assertThat(JSON.readTree(run.out()).get(1).path("state").asText()).isEqualTo("ok");
    }

    private static ProducerRecord<String, byte[]> old(Pipeline pipeline, String id) {
        long sent = Instant.now().minus(Duration.ofMinutes(10)).toEpochMilli();
        return new ProducerRecord<>(
                pipeline.topic, null, sent, id, Orders.json(id, 1).getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> settings() {
        return new HashMap<>(Map.of(
                "camel.management.enabled", "true",
                "camel.management.port", Integer.toString(port),
                "headgate.management.write", "true",
                "headgate.management.token", "t0ken"));
    }

    private static HeadgateCommand slo(Pipeline pipeline, Map<String, String> settings, String... arguments) {
        Map<String, String> all = pipeline.properties();
        all.putAll(settings);
        return HeadgateCommand.run(Pipeline.ROUTES, all, List.of(arguments));
    }

    private JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(Scrape.get(port, "/observe/status", TOKEN).body());
    }

    private static JsonNode orders(JsonNode status) {
        assertThat(status.path("pipelines")).hasSize(1);
        return status.path("pipelines").get(0);
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.batch.BatchListener;
import dev.headgate.batch.Held;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** While a pipeline holds, its source pauses in its group, and readiness, not liveness, says why. */
class HoldIT {

    private static final String WHY = "PSQLException: the database is away";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void a_held_pipeline_takes_nothing_keeps_its_membership_and_is_not_ready() throws Exception {
        int port = freePort();
        Deliveries deliveries = new Deliveries();
        try (Pipeline pipeline = new Pipeline(4)) {
            Headgate headgate = pipeline.start(
                    Map.of(
                            "camel.management.enabled", "true",
                            "camel.management.port", String.valueOf(port),
                            "camel.component.kafka.max-poll-interval-ms", "6000"),
                    Map.of("deliveries", deliveries));
            BatchListener held =
                    headgate.camelContext().getRegistry().lookupByNameAndType("heldPipelines", BatchListener.class);
            send(pipeline, "before", 100);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(100));
            var members = pipeline.members();
            assertThat(members).hasSize(1);
            assertThat(health(port, "ready").statusCode()).isEqualTo(200);

            held.holding(new Held("orders", Set.of("orders"), WHY, Instant.now()));
            send(pipeline, "held", 1_000);
            HttpResponse<String> ready = health(port, "ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("batch:orders cannot write since 20", WHY, "headgate-hold");
            assertThat(health(port, "live").statusCode()).isEqualTo(200);
            assertThat(Jmx.get("services", "Inflight-orders", "Paused")).isEqualTo(true);
            Pipeline.await()
                    .during(Duration.ofSeconds(8))
                    .until(() -> deliveries.records() == 100
                            && pipeline.members().equals(members)
                            && health(port, "live").statusCode() == 200
                            && health(port, "ready").statusCode() == 503);

            held.released("orders");
            Pipeline.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(deliveries.records())
                    .isEqualTo(1_100));
            assertThat(health(port, "ready").statusCode()).isEqualTo(200);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(1_100));
            assertThat(deliveries.redelivered()).isZero();
            assertThat(pipeline.members()).isEqualTo(members);
        }
    }

    @Test
    void the_limit_is_exact_and_can_be_changed_while_running() throws Exception {
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.start(Map.of("headgate.inflight.source.max-messages", "300"), Map.of());
            try (Connection lock = pipeline.lockOrders()) {
                send(pipeline, "order", 2_000);
                awaitInflight(300);
                Jmx.set("services", "Inflight-orders", "MaxMessages", 700);
                awaitInflight(700);
                Jmx.set("services", "Inflight", "MaxMessages", 900);
                Jmx.set("services", "Inflight-orders", "MaxMessages", 5_000);
                awaitInflight(900);
                assertThat(Jmx.get("services", "Inflight", "HighestMessages")).isEqualTo(900L);
            }
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2_000));
            assertThat(Jmx.get("services", "Inflight", "Bytes")).isEqualTo(0L);
        }
    }

    private static void awaitInflight(long messages) {
        Pipeline.await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(
                        Jmx.get("services", "Inflight-orders", "Messages"))
                .isEqualTo(messages));
    }

    private static void send(Pipeline pipeline, String prefix, int messages) {
        for (int i = 0; i < messages; i++) {
            pipeline.sendOrder(prefix + i, prefix + i, 1);
        }
        pipeline.flush();
    }

    private HttpResponse<String> health(int port, String kind) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + "/observe/health/" + kind);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headgate.manage.trace.MemoryExporter;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The trace of a message, from its source through the batch and the outbox to the target's topic. */
class TracesIT {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SENDER = "b7ad6b7169203331";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + SENDER + "-01";

    private final Queue<String> exported = new ConcurrentLinkedQueue<>();
    private HttpServer collector;

    @BeforeEach
    void start() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        collector.createContext("/v1/traces", this::receive);
        collector.start();
        // Its environment variables, as a test can set them.
        System.setProperty("otel.traces.exporter", "memory,otlp");
        System.setProperty(
                "otel.exporter.otlp.endpoint",
                "http://127.0.0.1:" + collector.getAddress().getPort());
        System.setProperty("otel.bsp.schedule.delay", "100");
        MemoryExporter.SPANS.reset();
    }

    @AfterEach
    void stop() {
        List.of("otel.traces.exporter", "otel.exporter.otlp.endpoint", "otel.bsp.schedule.delay")
                .forEach(System::clearProperty);
        collector.stop(0);
    }

    @Test
    void one_trace_goes_from_the_source_through_the_batch_and_the_relay_into_the_target() {
        try (Pipeline pipeline = new Pipeline(1)) {
            send(pipeline, "traced", Orders.json("traced", 1), TRACEPARENT);
            send(pipeline, "refused", "{}", TRACEPARENT.replace(TRACE, TRACE.replace('0', '1')));
            pipeline.sendOrder("other", "other", 1);
            pipeline.flush();
            pipeline.start(Map.of("camel.opentelemetry2.enabled", "true"), Map.of());

            Pipeline.await().untilAsserted(() -> assertThat(pipeline.applied()).hasSize(2));
            Map<String, String> targets = targets(pipeline);
            String[] target = targets.get("traced").split("-", -1);
            assertThat(target[1]).isEqualTo(TRACE);
            Pipeline.await().untilAsserted(() -> {
                List<SpanData> chain = chain(target[2]);
                assertThat(chain.stream().map(SpanData::getName))
                        .containsExactly("orders-applied-relay", "orders-write", "batch", pipeline.topic);
                assertThat(chain.get(3).getParentSpanId()).isEqualTo(SENDER);
                assertThat(chain)
                        .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(TRACE));
                assertThat(linked(chain.get(0))).isEqualTo("outbox");
                assertThat(linked(chain.get(1))).isEqualTo("batch");
            });
            assertThat(targets.get("other")).startsWith("00-").doesNotContain(TRACE);
            Pipeline.await().untilAsserted(() -> assertThat(MemoryExporter.SPANS.getFinishedSpanItems())
                    .filteredOn(span -> span.getTraceId().equals(TRACE.replace('0', '1')))
                    .filteredOn(span -> span.getName().equals("orders-write"))
                    .singleElement()
                    .satisfies(refused ->
                            assertThat(refused.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR)));
            Pipeline.await().untilAsserted(() -> assertThat(exported)
                    .anySatisfy(body -> assertThat(body).contains(TRACE, hex("headgate"))));
        }
    }

    @Test
    void when_traces_are_off_the_header_of_the_source_reaches_the_target_as_it_is() {
        try (Pipeline pipeline = new Pipeline(1)) {
            send(pipeline, "traced", Orders.json("traced", 1), TRACEPARENT);
            pipeline.sendOrder("other", "other", 1);
            pipeline.flush();
            pipeline.start(Map.of("camel.opentelemetry2.exclude-patterns", "timer*"), Map.of());

            Pipeline.await().untilAsserted(() -> assertThat(pipeline.applied()).hasSize(2));
            assertThat(targets(pipeline)).containsEntry("traced", TRACEPARENT).containsEntry("other", "");
            assertThat(MemoryExporter.SPANS.getFinishedSpanItems()).isEmpty();
        }
    }

    private static void send(Pipeline pipeline, String id, String json, String traceparent) {
        ProducerRecord<String, byte[]> message = Orders.message(pipeline.topic, id, id, json.getBytes(UTF_8));
        message.headers().add("traceparent", traceparent.getBytes(UTF_8));
        pipeline.send(message);
    }

    /** The header {@code traceparent} of each order in the target topic. */
    private static Map<String, String> targets(Pipeline pipeline) {
        return pipeline.applied().stream().collect(Collectors.toMap(ConsumerRecord::key, record -> {
            Header header = record.headers().lastHeader("traceparent");
            return header == null ? "" : new String(header.value(), UTF_8);
        }));
    }

    /** From a span up to the one that was begun first. */
    private static List<SpanData> chain(String spanId) {
        List<SpanData> all = MemoryExporter.SPANS.getFinishedSpanItems();
        List<SpanData> chain = new ArrayList<>();
        String next = spanId;
        while (!next.equals(SENDER)) {
            String id = next;
            SpanData span = all.stream()
                    .filter(each -> each.getSpanId().equals(id))
                    .findFirst()
                    .orElseThrow();
            chain.add(span);
            next = span.getParentSpanId();
        }
        return chain;
    }

    /** The name of the span that it is linked to. */
    private static String linked(SpanData span) {
        String id = span.getLinks().get(0).getSpanContext().getSpanId();
        return MemoryExporter.SPANS.getFinishedSpanItems().stream()
                .filter(each -> each.getSpanId().equals(id))
                .findFirst()
                .orElseThrow()
                .getName();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            exported.add(HexFormat.of().formatHex(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }
}

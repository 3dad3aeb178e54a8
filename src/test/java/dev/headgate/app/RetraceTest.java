package dev.headgate.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.SourcePosition;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetraceTest {

    @TempDir
    Path folder;

    @Test
    void a_message_is_known_by_its_id_or_its_place_and_comes_as_a_dead_letter_if_a_step_refuses_it() {
        try (Retrace retrace = Retrace.start(Path.of("routes"), Settings.load(Path.of("routes"), null, Map.of()))) {
            assertThat(keys(retrace, "{", "message-id", "m-1")).containsExactly("m-1 rejected");
            assertThat(keys(retrace, order(), "message-id", "m-1")).containsExactly("m-1");
            assertThat(keys(retrace, order())).containsExactly("@at:t-0-7");
            assertThat(retrace.relays())
                    .containsExactly(new Retrace.Relay(
                            "orders-applied-relay", "orders-applied", List.of("kafka:orders-applied"), true, true));
        }
    }

    @Test
    void what_a_route_filters_splits_or_asks_elsewhere_is_known_as_such() throws IOException {
        Files.writeString(folder.resolve("parts.camel.yaml"), """
                - route:
                    id: parts
                    from:
                      uri: kafka:t
                      parameters: { groupId: g }
                      steps:
                        - throttle: { constant: "1" }
                        - filter:
                            simple: "${header.kind} != 'noise'"
                            steps:
                              - split:
                                  tokenize: ","
                                  steps:
                                    - to: { uri: "batch:parts", parameters: { keyBy: "${body}" } }
                        - filter:
                            simple: "${header.kind} == 'priced'"
                            steps:
                              - to: http://localhost:1/prices
                - route:
                    id: parts-write
                    from:
                      uri: batch:parts
                      steps:
                        - transacted: {}
                        - to: "sql:select 1"
                """);
        try (Retrace retrace = Retrace.start(folder, Settings.load(folder, null, Map.of()))) {
            assertThat(keys(retrace, "a,b")).containsExactly("a", "b");
            assertThat(keys(retrace, "a,", "kind", "noise")).isEmpty();
            assertThat(way(retrace, "a", "kind", "priced").certain()).isFalse();
        }
    }

    private static String order() {
        return "{\"order_id\":\"a\",\"version\":1,\"customer\":\"Ada\",\"amount\":12.50,\"currency\":\"EUR\","
                + "\"status\":\"paid\",\"placed_at\":\"2026-01-01T00:00:00Z\"}";
    }

    private static List<String> keys(Retrace retrace, String body, String... headers) {
        Retrace.Way way = way(retrace, body, headers);
        assertThat(way.certain()).isTrue();
        return way.arrivals().stream()
                .map(arrival -> arrival.identity().key() + (arrival.rejected() ? " rejected" : ""))
                .toList();
    }

    private static Retrace.Way way(Retrace retrace, String body, String... headers) {
        Retrace.Pipeline pipeline = retrace.pipelines().get(0);
        Exchange exchange = DefaultExchange.newFromEndpoint(pipeline.source());
        exchange.getExchangeExtension().setFromRouteId(pipeline.name());
        exchange.getMessage().setBody(body.getBytes(UTF_8));
        for (int i = 0; i < headers.length; i += 2) {
            exchange.getMessage().setHeader(headers[i], headers[i + 1]);
        }
        new SourcePosition.Kafka("t", 0, 7).enter(exchange, new SynchronizationAdapter());
        return retrace.way(pipeline, exchange);
    }
}

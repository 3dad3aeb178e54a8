package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No look at a route sees to which batch an address leads that is made at run time: there a message is taken with its
 * acknowledgement, or not at all.
 */
class RunTimeAddressIT {

    private static final String ROUTE = """
            - route:
                id: %1$s
                from:
                  uri: kafka:%2$s
                  parameters: { groupId: "%2$s" }
                  steps:
                    - %3$s
            """;

    private static final String WRITE = """
            - route:
                id: write
                from:
                  uri: batch:lines
                  parameters: { linger: 10ms, lanes: 1 }
                  steps:
                    - to: "sql:insert into got select value from json_array_elements_text(cast(:#${body.fresh} as json))"
            - route:
                id: further
                from:
                  uri: direct:further
                  steps:
                    - to: batch:lines
            """;

    /** The exchange of the message itself comes to the batch, or one that ends with it. */
    private static final Map<String, String> TAKEN = Map.of(
            "to-d", "toD: \"${header.to}\"",
            "by-direct", "toD: \"direct:${header.further}\"",
            "routing-slip", "routingSlip: { simple: \"${header.to}\" }",
            "dynamic-router", "dynamicRouter: { method: { ref: once, method: once } }");

    /** A copy comes to the batch, and the message ends when that is handed over. */
    private static final Map<String, String> REFUSED = Map.of(
            "recipient-list", "recipientList: { simple: \"${header.to}\" }",
            "enrich", "enrich: { simple: \"${header.to}\" }",
            "multicast", "multicast: { steps: [ { toD: \"${header.to}\" } ] }");

    /** Bound as a bean. */
    public static final class Once {
        /** The batch, and nothing when it has been there. */
        public @Nullable String once(@Header("to") String to, @Header(Exchange.SLIP_ENDPOINT) @Nullable String been) {
            return been == null ? to : null;
        }
    }

    @Test
    void a_message_is_taken_with_its_acknowledgement_or_not_at_all(@TempDir Path folder) throws Exception {
        try (Pipeline pipeline = new Pipeline(1);
                CapturedLog log = new CapturedLog("dev.headgate.kafka.AcknowledgingConsumer")) {
            pipeline.execute("create table got (body text)");
            Files.writeString(folder.resolve("lines.camel.yaml"), routes(pipeline));
            Stream.of(TAKEN, REFUSED).flatMap(steps -> steps.keySet().stream()).forEach(name -> send(pipeline, name));
            pipeline.flush();
            try (Connection lock = pipeline.lock("got")) {
                pipeline.start(folder, Map.of(), Map.of("once", new Once()));
                Pipeline.await().untilAsserted(() -> assertThat(REFUSED.keySet())
                        .allMatch(name -> log.with(topic(pipeline, name)).stream()
                                .anyMatch(line -> line.contains("Refused by batch:lines"))));
                pipeline.awaitWaitingForLocks(1);
                assertThat(committed(pipeline))
                        .as("acknowledged before it is written")
                        .isEmpty();
                lock.rollback();
            }
            Pipeline.await().untilAsserted(() -> assertThat(committed(pipeline)).isEqualTo(TAKEN.keySet()));
            assertThat(pipeline.texts("select body from got")).containsExactlyInAnyOrderElementsOf(TAKEN.keySet());
        }
    }

    private static Set<String> committed(Pipeline pipeline) {
        return Stream.of(TAKEN, REFUSED)
                .flatMap(steps -> steps.keySet().stream())
                .filter(name -> pipeline.committed(topic(pipeline, name)) > 0)
                .collect(Collectors.toSet());
    }

    private static String routes(Pipeline pipeline) {
        StringBuilder routes = new StringBuilder(WRITE);
        for (Map<String, String> steps : List.of(TAKEN, REFUSED)) {
            steps.forEach((name, step) -> routes.append(ROUTE.formatted(name, topic(pipeline, name), step)));
        }
        return routes.toString();
    }

    private static void send(Pipeline pipeline, String name) {
        Servers.KAFKA.createTopic(topic(pipeline, name), 1, Map.of());
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(topic(pipeline, name), "k", ("\"" + name + "\"").getBytes(UTF_8));
        message.headers().add("to", "batch:lines".getBytes(UTF_8)).add("further", "further".getBytes(UTF_8));
        pipeline.send(message);
    }

    private static String topic(Pipeline pipeline, String name) {
        return pipeline.topic + "-" + name;
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 3 for a FIFO queue: the messages of a group take effect in order, whoever receives them and whatever fails. */
class SqsOrderIT {

    private static final List<String> GROUPS = List.of("x", "y", "z");
    private static final Map<String, String> SETTINGS = Map.of(
            "orders.consumers", "4", "camel.component.batch.linger", "20ms", "camel.component.batch.max-size", "3");

    @Test
    void what_was_received_with_a_failed_message_does_not_overtake_it(@TempDir Path folder) throws IOException {
        SqsLookup lookup = new SqsLookup((id, times) -> id.endsWith("5") && times == 1);
        try (SqsPipeline pipeline = new SqsPipeline("orders.fifo", Map.of())) {
            send(pipeline, 30);
            try (Headgate headgate = pipeline.start(SqsLookup.routes(folder), SETTINGS, Map.of("lookup", lookup))) {
                pipeline.awaitEmpty();
                assertThat(headgate.camelContext().isStarted()).isTrue();
                assertThat(lookup.asked("x5")).isEqualTo(2);
                appliedInOrder(pipeline, 30);
            }
        }
    }

    /** Each with a key of its own, so that only the group puts them into one lane. */
    private static void send(SqsPipeline pipeline, int versions) {
        for (int version = 1; version <= versions; version++) {
            for (String group : GROUPS) {
                pipeline.send(Orders.json(group, version), group + version, group);
            }
        }
    }

    private static void appliedInOrder(SqsPipeline pipeline, int versions) {
        List<String> expected =
                IntStream.rangeClosed(1, versions).mapToObj(String::valueOf).toList();
        for (String group : GROUPS) {
            assertThat(pipeline.tables.texts("select convert_from(payload, 'UTF8')::json ->> 'version'"
                            + " from headgate.outbox where key = '" + group + "' order by id"))
                    .as(group)
                    .isEqualTo(expected);
            assertThat(pipeline.tables.text("select version from orders where order_id = '" + group + "'"))
                    .isEqualTo(String.valueOf(versions));
        }
        assertThat(pipeline.tables.count("select count(*) from headgate.dead_letter"))
                .isZero();
    }
}

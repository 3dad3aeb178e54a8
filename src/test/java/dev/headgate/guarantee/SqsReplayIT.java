package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 2 for replays into a queue of SQS, and promise 3 with {@code onReject=hold-key}. */
class SqsReplayIT {

    private static final String REFUSE = "alter table headgate.outbox add constraint refused"
            + " check ((convert_from(payload, 'UTF8')::json ->> 'version') <> '1')";
    private static final String ALLOW = "alter table headgate.outbox drop constraint refused";
    private static final String ROWS = "select reason || ' ' || state || ' ' || replays || ' '"
            + " || case when settled_at is null then 'open' else 'settled' end from headgate.dead_letter order by id";

    @Test
    void known_by_the_id_that_sqs_gave_it_is_applied_once_though_it_is_replayed_twice_and_while_nothing_runs() {
        try (SqsPipeline pipeline = new SqsPipeline()) {
            pipeline.tables.migrate();
            pipeline.tables.execute(REFUSE);
            try (Headgate headgate = pipeline.start(Map.of())) {
                pipeline.send(Orders.json("o", 1), null, null);
                awaitRows(pipeline, "SQLSTATE 23514 dead 0 open");
                assertThat(replayAll(pipeline).out()).isEqualTo("Replayed 1 dead letter (orders-sqs 1).\n");
                awaitRows(pipeline, "SQLSTATE 23514 dead 1 open");
                assertThat(headgate.camelContext().isStarted()).isTrue();
            }
            pipeline.tables.execute(ALLOW);

            assertThat(sendAll(pipeline).err()).isEmpty();
            // As after a crash between the sending and the mark.
            pipeline.tables.execute("update headgate.dead_letter set state = 'dead'");
            assertThat(sendAll(pipeline).exitCode()).isZero();
            assertThat(pipeline.visibleAndInFlight()).isEqualTo("2 0");

            try (Headgate headgate = pipeline.start(Map.of())) {
                pipeline.awaitEmpty();
                awaitRows(pipeline, "SQLSTATE 23514 replayed 3 settled");
                assertThat(headgate.camelContext().isStarted()).isTrue();
            }
            assertThat(pipeline.tables.count("select count(*) from headgate.outbox"))
                    .isEqualTo(1);
            assertThat(
                            pipeline.tables.text(
                                    "select count(*) from headgate.ledger l join headgate.dead_letter d"
                                            + " on l.key = '@at:' || d.source and l.source = d.source and d.source like 'sqs:orders:%'"))
                    .isEqualTo("1");
        }
    }

    @Test
    void in_a_fifo_queue_those_held_behind_a_refused_one_follow_its_replay_in_order(@TempDir Path folder)
            throws IOException {
        RoutesFolder.copy(folder, "onReject: hold-key");
        try (SqsPipeline pipeline = new SqsPipeline("orders.fifo", Map.of())) {
            pipeline.tables.migrate();
            pipeline.tables.execute(REFUSE);
            try (Headgate headgate = pipeline.start(folder.resolve("sqs"), Map.of(), Map.of())) {
                for (int version = 1; version <= 3; version++) {
                    pipeline.send(Orders.json("o", version), "o" + version, "o");
                }
                awaitRows(pipeline, "SQLSTATE 23514 dead 0 open", "held dead 0 open", "held dead 0 open");
                // Refused again at once, within the five minutes in which SQS drops what it has seen before.
                assertThat(replayAll(pipeline).exitCode()).isEqualTo(1);
                awaitRows(pipeline, "SQLSTATE 23514 dead 1 open", "held dead 0 open", "held dead 0 open");

                pipeline.tables.execute(ALLOW);
                assertThat(replayAll(pipeline).out())
                        .isEqualTo("Replayed 1 dead letter and 2 held behind it (orders-sqs 3).\n");
                Pipeline.await().untilAsserted(() -> assertThat(
                                pipeline.tables.texts("select convert_from(payload, 'UTF8')::json ->> 'version'"
                                        + " from headgate.outbox order by id"))
                        .containsExactly("1", "2", "3"));
                pipeline.awaitEmpty();
                assertThat(headgate.camelContext().isStarted()).isTrue();
                assertThat(pipeline.tables.texts("select key from headgate.ledger order by key"))
                        .containsExactly("o1", "o2", "o3");
            }
        }
    }

    private static HeadgateCommand replayAll(SqsPipeline pipeline) {
        return HeadgateCommand.run(
                SqsPipeline.ROUTES, pipeline.properties(), List.of("dead-letters", "replay", "--all"));
    }

    private static HeadgateCommand sendAll(SqsPipeline pipeline) {
        return HeadgateCommand.run(
                SqsPipeline.ROUTES, pipeline.properties(), List.of("dead-letters", "replay", "--all", "--force"));
    }

    private static void awaitRows(SqsPipeline pipeline, String... rows) {
        Pipeline.await()
                .untilAsserted(() -> assertThat(pipeline.tables.texts(ROWS)).containsExactly(rows));
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** A process that stands still with its transaction open holds up the others for seconds, and does nothing twice later. */
class FrozenWorkerIT {

    private static final String LAST_STEP = "        - to: { id: orders-receipts,";
    private static final String IDLE_IN_TRANSACTION = """
            select count(*) from pg_stat_activity
            where datname = current_database() and state = 'idle in transaction'
                and now() - state_change > interval '1 second'
            """;
    private static final String APPLIED = "select count(*) from headgate.ledger";

    @Test
    void what_a_frozen_process_had_in_hand_is_done_by_another_one(@TempDir Path folder) throws IOException {
        Path slow = folder.resolve("routes");
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, slow);
        Path file = slow.resolve("orders.camel.yaml");
        // The thread is elsewhere for some seconds while its transaction has the ledger's rows.
        Files.writeString(
                file, Files.readString(file).replace(LAST_STEP, "        - delay: { constant: 4000 }\n" + LAST_STEP));
        Load load = new Load(System.nanoTime(), 1_000, 0.1);
        try (Pipeline pipeline = new Pipeline(2);
                ChildProcess child = ChildProcess.run(pipeline, slow, Map.of())) {
            load.send(pipeline, 1_000);
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.count(IDLE_IN_TRANSACTION))
                    .isPositive());
            child.freeze();
            try {
                pipeline.start();
                // 10 s until its partitions are another's, and as long until its session ends.
                Pipeline.await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> assertThat(pipeline.count(APPLIED))
                        .isEqualTo(load.ids().size()));
            } finally {
                child.thaw();
            }
            load.send(pipeline, 1_000);
            Account.reconciles(pipeline, load);
            Pipeline.await().untilAsserted(() -> assertThat(child.output()).contains("This process stood still for "));
            assertThat(child.isAlive()).as(child::output).isTrue();
        }
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promises 1 and 2 for S3 as a sink when the process is killed: the manifest's objects hold each message once. */
class ArchiveKillIT {

    private static final int KILLS = 4;
    private static final int MESSAGES = 20_000;
    private static final Map<String, String> SHORT_SESSION =
            Map.of("camel.component.kafka.session-timeout-ms", "6000", "orders-archive.batch.max-size", "100");

    @TempDir
    Path directory;

    @Test
    void killed_again_and_again_each_message_is_once_in_the_objects_of_the_manifest() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Load load = new Load(seed, 2_000, 0.1);
        try (Archive archive = new Archive(4, directory)) {
            archive.pipeline.migrate();
            // Most kills fall between a put and its commit.
            archive.pipeline.execute("create function slow() returns trigger language plpgsql as"
                    + " $$ begin perform pg_sleep(0.1); return new; end $$");
            archive.pipeline.execute("create trigger slow before insert on headgate.object_manifest"
                    + " for each row execute function slow()");
            load.send(archive.pipeline, MESSAGES);
            archive.pipeline.flush();

            for (int kill = 1; kill <= KILLS; kill++) {
                int target = archive.named().size() + 1 + random.nextInt(30);
                try (ChildProcess child = archive.run(SHORT_SESSION)) {
                    Pipeline.await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(archive.named())
                            .hasSizeGreaterThanOrEqualTo(target));
                    assertThat(child.isAlive()).as(child::output).isTrue();
                    child.kill();
                }
                long applied = archive.pipeline.count("select count(*) from headgate.ledger");
                System.err.printf(
                        "Kill %d: %d messages, %d objects, %d in the manifest%n",
                        kill, applied, archive.stored().size(), archive.named().size());
                assertThat(applied)
                        .as("killed in the flow")
                        .isBetween(1L, load.ids().size() - 1L);
            }

            archive.pipeline.execute("drop trigger slow on headgate.object_manifest");
            try (ChildProcess child = archive.run(SHORT_SESSION)) {
                archive.reconciles(load);
                assertThat(child.isAlive()).as(child::output).isTrue();
                // The server's own names of uploads that a kill cut off are no objects of ours.
                assertThat(archive.stored())
                        .filteredOn(key -> key.endsWith(".ndjson.gz"))
                        .containsAll(archive.named())
                        .as("orphans of killed attempts")
                        .hasSizeGreaterThan(archive.named().size());
            }
        }
    }
}

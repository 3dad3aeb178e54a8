package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promises 1 and 2 for SQS into S3 when the process is killed: the manifest's objects hold each message once. */
class SqsToS3KillIT {

    private static final int KILLS = 4;
    private static final int MESSAGES = 10_000;
    private static final Map<String, String> SMALL_BATCHES =
            Map.of("camel.component.batch.max-size", "100", "headgate.inflight.max-messages", "600");

    @TempDir
    Path directory;

    @Test
    void killed_again_and_again_each_message_is_once_in_the_objects_of_the_manifest() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Load load = new Load(seed, 2_000, 0.1);
        try (SqsSource source = new SqsSource("orders");
                Archive archive = new Archive(1, directory)) {
            archive.pipeline.migrate();
            // Most kills fall between a put and its commit.
            archive.pipeline.execute("create function slow() returns trigger language plpgsql as"
                    + " $$ begin perform pg_sleep(0.1); return new; end $$");
            archive.pipeline.execute("create trigger slow before insert on headgate.object_manifest"
                    + " for each row execute function slow()");
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                load.send(source, MESSAGES);
                source.flush();
            });

            for (int kill = 1; kill <= KILLS; kill++) {
                int target = archive.named().size() + 1 + random.nextInt(8);
                try (ChildProcess child = run(archive, source, SMALL_BATCHES)) {
                    Pipeline.await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(archive.named())
                            .hasSizeGreaterThanOrEqualTo(target));
                    assertThat(child.isAlive()).as(child::output).isTrue();
                    Pipeline.await()
                            .pollInterval(Duration.ofMillis(10))
                            .until(() ->
                                    archive.stored().size() > archive.named().size());
                    child.kill();
                }
                System.err.printf(
                        "Kill %d: %d objects, %d in the manifest, %d messages to go%n",
                        kill, archive.stored().size(), archive.named().size(), source.unacknowledged());
            }
            sending.join();
            assertThat(source.unacknowledged()).as("killed in the flow").isPositive();

            archive.pipeline.execute("drop trigger slow on headgate.object_manifest");
            try (ChildProcess child = run(archive, source, Map.of("camel.component.batch.max-size", "2000"))) {
                Pipeline.await().until(() -> source.unacknowledged() == 0);
                assertThat(child.isAlive()).as(child::output).isTrue();
                archive.holdsOnce(load);
                // The server's own names of uploads that a kill cut off are no objects of ours.
                assertThat(archive.stored())
                        .filteredOn(key -> key.endsWith(".ndjson.gz"))
                        .containsAll(archive.named())
                        .as("orphans of killed attempts")
                        .hasSizeGreaterThan(archive.named().size());
            }
        }
    }

    private static ChildProcess run(Archive archive, SqsSource source, Map<String, String> batches) {
        Map<String, String> properties = new HashMap<>(archive.properties());
        properties.putAll(source.properties());
        properties.putAll(batches);
        properties.put("camel.component.aws2-sqs.visibility-timeout", "5");
        return archive.run(Path.of("routes", "sqs-s3"), properties);
    }
}

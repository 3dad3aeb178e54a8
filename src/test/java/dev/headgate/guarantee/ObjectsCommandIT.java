package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.chaos.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code headgate objects} prints and removes, and what the scheduled sweep and a late commit make of it. */
class ObjectsCommandIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOUR = "orders-archive/dt=2026-01-01/hr=00/";

    @TempDir
    Path directory;

    @Test
    void a_sweep_removes_orphans_of_the_layout_and_nothing_else() throws IOException {
        try (Archive archive = archiveOfTwoObjects()) {
            String orphan = HOUR + UUID.randomUUID() + ".ndjson.gz";
            List<String> others = List.of(
                    HOUR + "notes.ndjson.gz",
                    HOUR + UUID.randomUUID() + ".parquet",
                    "orders-archive-2/dt=2026-01-01/hr=00/" + UUID.randomUUID() + ".ndjson.gz",
                    "backup/" + HOUR + UUID.randomUUID() + ".ndjson.gz");
            archive.put(orphan);
            others.forEach(archive::put);

            assertThat(succeed(archive, "sweep --bucket archive --older-than 1h")
                            .out())
                    .isEqualTo("Removed 0 orphans (0 bytes) of 5 objects in the bucket archive.\n");
            awaitAge();
            assertThat(succeed(archive, "sweep --bucket archive --layout {pipeline}/{batchId}.parquet --older-than 1s")
                            .out())
                    .startsWith("Removed 0 orphans ");
            assertThat(succeed(archive, "sweep --bucket archive --older-than 1s --dry-run")
                            .out())
                    .isEqualTo(orphan + "\nWould remove 1 orphan (2 bytes) of 5 objects in the bucket archive.\n");
            assertThat(archive.stored()).hasSize(7).contains(orphan);

            JsonNode swept = JSON.readTree(succeed(archive, "sweep --bucket archive --older-than 1s --json")
                    .out());
            assertThat(swept.get("removed").get(0).asText()).isEqualTo(orphan);
            assertThat(swept.get("orphans").asInt()).isEqualTo(1);
            assertThat(archive.stored()).hasSize(6).containsAll(archive.named()).containsAll(others);
        }
    }

    @Test
    void the_list_prints_the_manifest_and_filters_it() throws IOException {
        try (Archive archive = archiveOfTwoObjects()) {
            archive.pipeline.execute("update headgate.object_manifest set created_at = now() - interval '2 hours'"
                    + " where key = '" + archive.named().get(0) + "'");

            assertThat(keys(archive, "list --json"))
                    .containsExactly(archive.named().get(1), archive.named().get(0));
            assertThat(keys(archive, "list --json --older-than 1h"))
                    .containsExactly(archive.named().get(0));
            assertThat(keys(archive, "list --json --newer-than 1h --pipeline orders-archive"))
                    .containsExactly(archive.named().get(1));
            assertThat(keys(archive, "list --json --pipeline orders")).isEmpty();
            assertThat(succeed(archive, "list --limit 1").out().lines())
                    .hasSize(2)
                    .last()
                    .asString()
                    .endsWith("s3://archive/" + archive.named().get(1));
        }
    }

    /** As if the process had been frozen between its put and its row for longer than any age. */
    @Test
    void an_object_swept_before_its_row_never_gets_into_the_manifest_and_its_batch_is_tried_again() {
        try (Archive archive = archiveOfTwoObjects();
                TcpProxy slow = new TcpProxy(archive.s3.port())) {
            archive.start(Map.of("camel.component.aws2-s3.uri-endpoint-override", "http://127.0.0.1:" + slow.port()));
            List<String> before = archive.named();
            slow.delay(Duration.ofSeconds(5));
            archive.pipeline.sendOrder("a", "a-3", 3);
            // The server lists what is being uploaded too, under a name of its own.
            String put = Pipeline.await()
                    .until(
                            () -> archive.stored().stream()
                                    .filter(key -> key.endsWith(".ndjson.gz") && !before.contains(key))
                                    .findFirst()
                                    .orElseThrow(),
                            key -> true);
            slow.freeze(true);
            assertThat(archive.named()).as("put, and not answered").hasSize(2);
            awaitAge();
            assertThat(succeed(archive, "sweep --bucket archive --older-than 1s")
                            .out())
                    .startsWith("Removed 1 orphan ");
            assertThat(archive.stored()).doesNotContain(put);

            slow.delay(Duration.ZERO);
            slow.freeze(false);

            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(3));
            assertThat(archive.named()).doesNotContain(put);
            assertThat(archive.read()).containsExactly("a-1", "a-2", "a-3");
        }
    }

    @Test
    void an_object_whose_row_is_about_to_commit_is_not_swept() throws SQLException {
        try (Archive archive = archiveOfTwoObjects()) {
            archive.pipeline.execute("create function slow() returns trigger language plpgsql as"
                    + " $$ begin perform pg_advisory_xact_lock(4711); return new; end $$");
            archive.pipeline.execute("create trigger slow after insert on headgate.object_manifest"
                    + " for each row execute function slow()");
            archive.start(Map.of());
            try (Connection lock = archive.pipeline.connect();
                    Statement statement = lock.createStatement()) {
                statement.execute("select pg_advisory_lock(4711)");
                archive.pipeline.sendOrder("a", "a-3", 3);
                archive.pipeline.awaitWaitingForLocks(1);
                awaitAge();
                assertThat(archive.stored()).hasSize(3);
                assertThat(succeed(archive, "sweep --bucket archive --older-than 1s")
                                .out())
                        .startsWith("Removed 0 orphans ");
            }

            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(3));
            assertThat(archive.read()).containsExactly("a-1", "a-2", "a-3");
        }
    }

    @Test
    void the_scheduled_sweep_removes_orphans() {
        try (Archive archive = archiveOfTwoObjects()) {
            String orphan = HOUR + UUID.randomUUID() + ".ndjson.gz";
            archive.put(orphan);
            archive.start(Map.of("headgate.objects.orphan-age", "1s", "headgate.objects.sweep-interval", "200ms"));

            Pipeline.await().untilAsserted(() -> assertThat(archive.stored()).doesNotContain(orphan));
            assertThat(archive.stored()).hasSameElementsAs(archive.named()).hasSize(2);
        }
    }

    @Test
    void without_a_bucket_the_sweep_says_what_is_missing() {
        try (Pipeline pipeline = new Pipeline(1)) {
            HeadgateCommand sweep = HeadgateCommand.run(pipeline, List.of("objects", "sweep", "--older-than", "1d"));

            assertThat(sweep.exitCode()).isEqualTo(2);
            assertThat(sweep.err()).startsWith("headgate: Missing required option: '--bucket=BUCKET'");
        }
    }

    /** With nothing running any more. */
    private Archive archiveOfTwoObjects() {
        Archive archive = new Archive(1, directory);
        archive.start(Map.of());
        for (int object = 1; object <= 2; object++) {
            int expected = object;
            archive.pipeline.sendOrder("a", "a-" + object, object);
            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(expected));
        }
        archive.stop();
        return archive;
    }

    /** S3 tells times in seconds. */
    private static void awaitAge() {
        long start = System.nanoTime();
        Pipeline.await().until(() -> System.nanoTime() - start > 2_100_000_000L);
    }

    private static List<String> keys(Archive archive, String command) throws IOException {
        return JSON.readTree(succeed(archive, command).out()).findValuesAsText("key");
    }

    private static HeadgateCommand succeed(Archive archive, String words) {
        HeadgateCommand command = archive.objects(words);
        assertThat(command.exitCode()).as(command.err()).isZero();
        return command;
    }
}

package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promises 1, 2, 6 and 7 for S3 as a sink: the shipped routes, and what a reader of the manifest sees. */
class ArchiveIT {

    @TempDir
    Path directory;

    @Test
    void each_message_is_once_in_the_objects_that_the_manifest_names() {
        Load load = new Load(System.nanoTime(), 500, 0.2);
        try (Archive archive = new Archive(4, directory)) {
            // So little that it is all rendered into files.
            archive.start(Map.of("camel.component.objects.spill-bytes", "1000"));
            load.send(archive.pipeline, 5_000);

            archive.reconciles(load);
            assertThat(archive.stored()).hasSameElementsAs(archive.named());
            assertThat(archive.pipeline.texts("select distinct bucket || ' ' || format || ' ' || pipeline"
                            + " || ' ' || earliest from headgate.object_manifest"))
                    .containsExactly("archive ndjson.gz orders-archive 2026-01-01 00:00:00+00");
            assertThat(temporaryFiles()).isEmpty();
        }
    }

    @Test
    void a_batch_over_two_hours_becomes_two_objects_under_one_commit() {
        try (Archive archive = new Archive(1, directory)) {
            String late = Orders.json("a", 1).replace("T00:00:00Z", "T09:59:59Z");
            String later = Orders.json("b", 1).replace("T00:00:00Z", "T12:00:00+02:00");
            archive.pipeline.send("a", "a-1", late.getBytes(UTF_8));
            archive.pipeline.send("b", "b-1", later.getBytes(UTF_8));
            archive.pipeline.send("c", "c-1", later.replace("\"b\"", "\n\"c\"").getBytes(UTF_8));
            archive.pipeline.flush();
            archive.start(Map.of());

            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(2));
            String nine = "orders-archive/dt=2026-01-01/hr=09/";
            String ten = "orders-archive/dt=2026-01-01/hr=10/";
            String first = archive.named().get(0);
            String second = archive.named().get(1);
            assertThat(first).startsWith(nine);
            assertThat(second).startsWith(ten);
            assertThat(archive.lines(first)).containsExactly(late);
            assertThat(archive.lines(second)).containsExactly(later, later.replace("\"b\"", " \"c\""));
            assertThat(archive.pipeline.count(
                            "select count(distinct (batch_id, created_at)) from headgate.object_manifest"))
                    .isEqualTo(1);
        }
    }

    @Test
    void a_batch_over_hundreds_of_hours_is_written_in_transactions_of_a_hundred_objects_and_one_lock() {
        try (Archive archive = new Archive(1, directory)) {
            archive.pipeline.migrate();
            archive.pipeline.execute("create table locks (batch_id uuid, held int)");
            archive.pipeline.execute("create function count_locks() returns trigger language plpgsql as"
                    + " $$ begin insert into locks select new.batch_id, count(*) from pg_locks"
                    + " where locktype = 'advisory' and pid = pg_backend_pid(); return new; end $$");
            archive.pipeline.execute("create trigger count_locks after insert on headgate.object_manifest"
                    + " for each row execute function count_locks()");
            for (int hour = 0; hour < 400; hour++) {
                String at = LocalDateTime.of(2026, 1, 1, 0, 0).plusHours(hour) + ":00Z";
                archive.pipeline.send(
                        "a",
                        "a-" + hour,
                        Orders.json("a", hour + 1)
                                .replace("2026-01-01T00:00:00Z", at)
                                .getBytes(UTF_8));
            }
            archive.pipeline.flush();
            archive.start(Map.of("camel.component.batch.linger", "5s", "camel.component.batch.max-size", "400"));

            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(400));
            assertThat(archive.read())
                    .containsExactlyElementsOf(IntStream.range(0, 400)
                            .mapToObj(hour -> "a-" + (hour + 1))
                            .toList());
            assertThat(archive.pipeline.count("select max(objects) from"
                            + " (select count(*) as objects from headgate.object_manifest group by batch_id) b"))
                    .isBetween(1L, 100L);
            assertThat(archive.pipeline.count("select max(held) from locks")).isEqualTo(1);
            assertThat(archive.pipeline.count("select count(*) from headgate.dead_letter"))
                    .isZero();
        }
    }

    @Test
    void only_duplicates_make_no_object_and_what_is_no_time_is_a_dead_letter() {
        try (Archive archive = new Archive(1, directory)) {
            archive.pipeline.sendOrder("a", "a-1", 1);
            archive.start(Map.of("headgate.ledger.cache-size", "1"));
            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(1));
            archive.pipeline.sendOrder("b", "b-1", 1);
            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(2));

            archive.pipeline.sendOrder("a", "a-1", 1);
            archive.pipeline.send(
                    "c",
                    "c-1",
                    Orders.json("c", 1).replace("2026-01-01T00", "noon").getBytes(UTF_8));
            archive.pipeline.flush();

            Pipeline.await().untilAsserted(() -> assertThat(archive.pipeline.committed())
                    .isEqualTo(4));
            assertThat(archive.pipeline.texts("select stage || ' ' || reason from headgate.dead_letter"))
                    .containsExactly("orders-archive no time");
            assertThat(archive.stored()).hasSize(2);
        }
    }

    @Test
    void what_was_put_by_a_transaction_that_fails_is_an_orphan_and_not_in_the_manifest() {
        Load load = new Load(System.nanoTime(), 500, 0.1);
        try (Archive archive = new Archive(2, directory)) {
            archive.pipeline.migrate();
            archive.pipeline.execute("create function full_disk() returns trigger language plpgsql as"
                    + " $$ begin raise exception using errcode = '53100'; end $$");
            archive.pipeline.execute("create trigger full_disk before insert on headgate.object_manifest"
                    + " for each row execute function full_disk()");
            load.send(archive.pipeline, 1_000);
            archive.start(Map.of());
            Pipeline.await().untilAsserted(() -> assertThat(archive.stored()).hasSizeGreaterThan(2));
            assertThat(archive.named()).isEmpty();
            assertThat(archive.pipeline.count("select count(*) from headgate.ledger"))
                    .isZero();
            archive.pipeline.execute("drop trigger full_disk on headgate.object_manifest");

            archive.reconciles(load);
            assertThat(archive.stored())
                    .containsAll(archive.named())
                    .hasSizeGreaterThan(archive.named().size());
        }
    }

    /** Of this process; others run beside it. */
    private static List<Path> temporaryFiles() {
        String prefix = "headgate-object-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

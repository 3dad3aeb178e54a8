package dev.headgate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.chaos.Schedule.Episode;
import dev.headgate.cli.CommandLineRun;
import dev.headgate.demo.DemoServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A few episodes on shipped pipelines, always the same ones, and whether the account would have noticed. */
class ChaosIT {

    /** Of its first episodes: a broker is killed, another one restarted, and a process and the database are killed. */
    private static final long SEED = 2007;
    /** Of a schedule of five kinds: all of them are in its first two episodes. */
    private static final long QUEUE_SEED = 13;
    /** Likewise: all of them are in its first one. */
    private static final long POSITIONS_SEED = 7;
    /** Half a minute of faults on two idle cores. However long it takes, the run ends when all is accounted for. */
    private static final int EPISODES = 3;

    private static final int PER_SECOND = 300;
    private static final Path ROUTES = Path.of("routes");

    @TempDir
    Path directory;

    @Test
    void a_pipeline_that_is_harmed_loses_and_doubles_nothing_and_what_is_taken_away_afterwards_is_missed()
            throws Exception {
        try (DemoServers servers = new DemoServers(directory);
                Site site = new Site(servers, directory, ROUTES, Messages.orders(SEED), PER_SECOND, SEED)) {
            Set<FaultKind> kinds = FaultKind.possible(site.places());
            // So that they are the same on each machine.
            kinds.remove(FaultKind.CLOCK_WRONG);
            List<Episode> episodes = Stream.generate(new Schedule(SEED, kinds)::next)
                    .limit(EPISODES)
                    .toList();
            Report report = new Chaos(site, directory, true, System.out::println).run(episodes.iterator(), "again");

            assertThat(report.holds()).as(report.text()).isTrue();
            JsonNode json = report.json();
            assertThat(json.get("faults").asInt())
                    .isEqualTo(episodes.stream()
                            .mapToInt(episode -> episode.strikes().size())
                            .sum());
            assertThat(json.get("messages").asLong())
                    .isPositive()
                    .isEqualTo(json.get("account").get("sent").asLong());
            assertThat(json.get("verify").get("partitions")).isNotEmpty();
            assertThat(report.text()).contains("The same again: again\n");

            // The latest one: of what was in a topic that was made again, or was deleted from it, nobody can tell.
            site.execute("delete from headgate.ledger where key = (select key from headgate.ledger"
                    + " where source like 'orders%' order by applied_at desc, key limit 1)");
            site.execute(
                    "insert into headgate.outbox (pipeline, destination, key, payload, delivered_at)"
                            + " select pipeline, destination, key, payload, delivered_at from headgate.outbox order by id limit 1");
            assertThat(new Audit(site, directory, true, 0).read().account().differences())
                    .anySatisfy(line -> assertThat(line).startsWith("messages neither applied nor dead letters"))
                    .anySatisfy(line -> assertThat(line).startsWith("outbox entries missing from the target"))
                    .anySatisfy(line -> assertThat(line).startsWith("messages with an outbox entry too many"));
            assertThat(Verification.run(site, directory).broken())
                    .anySatisfy(line -> assertThat(line).startsWith("lost: "))
                    .anySatisfy(line -> assertThat(line).startsWith("not-in-target: "));
        }
    }

    @Test
    void from_a_queue_into_objects_nothing_is_lost_or_doubled_and_an_object_that_is_taken_away_is_missed()
            throws Exception {
        Set<FaultKind> kinds = EnumSet.of(
                FaultKind.REDELIVERED,
                FaultKind.QUEUE_UNAVAILABLE,
                FaultKind.S3_UNAVAILABLE,
                FaultKind.S3_CUT,
                FaultKind.WORKER_KILLED);
        List<Episode> episodes =
                Stream.generate(new Schedule(QUEUE_SEED, kinds)::next).limit(2).toList();
        try (DemoServers servers = new DemoServers(directory);
                Site site = new Site(
                        servers, directory, ROUTES.resolve("sqs-s3"), Messages.orders(SEED), PER_SECOND, SEED)) {
            Report report = new Chaos(site, directory, true, System.out::println).run(episodes.iterator(), "again");

            assertThat(report.holds()).as(report.text()).isTrue();
            assertThat(report.json().get("faultsByKind").get("redelivered").asInt())
                    .as("received twice")
                    .isPositive();
            JsonNode account = report.json().get("account");
            assertThat(account.get("archived").asLong())
                    .isPositive()
                    .isEqualTo(account.get("applied").asLong());

            String bucket = site.buckets().get(0);
            try (S3Client client = site.s3().client()) {
                String object = client.listObjectsV2(request -> request.bucket(bucket)).contents().stream()
                        .map(S3Object::key)
                        .filter(key -> named(site, key))
                        .findFirst()
                        .orElseThrow();
                client.deleteObject(request -> request.bucket(bucket).key(object));
            }
            assertThat(new Audit(site, directory, true, 0).read().account().differences())
                    .anySatisfy(line -> assertThat(line).startsWith("objects of the manifest that are in the bucket"))
                    .anySatisfy(line -> assertThat(line).startsWith("messages with a line too few"));
            assertThat(Verification.run(site, directory).broken())
                    .anySatisfy(line -> assertThat(line).startsWith("object-missing: "));
        }
    }

    /** What two producers send, and what the generator repeats, is applied as often as it is in the topic. */
    @Test
    void where_positions_tell_what_was_applied_each_record_takes_effect_once_and_others_are_missed() throws Exception {
        Set<FaultKind> kinds = EnumSet.of(
                FaultKind.WORKER_KILLED,
                FaultKind.POSTGRES_CRASHED,
                FaultKind.CONNECTIONS_CUT,
                FaultKind.DISK_FULL,
                FaultKind.DUPLICATES);
        List<Episode> episodes = List.of(new Schedule(POSITIONS_SEED, kinds).next());
        try (DemoServers servers = new DemoServers(directory);
                Site site = new Site(servers, directory, byPosition(), Messages.orders(SEED), PER_SECOND, SEED)) {
            Report report = new Chaos(site, directory, true, System.out::println).run(episodes.iterator(), "again");

            assertThat(report.holds()).as(report.text()).isTrue();
            JsonNode json = report.json();
            assertThat(json.get("faults").asInt()).isEqualTo(kinds.size());
            assertThat(json.get("duplicatesAbsorbed").asLong()).isZero();
            assertThat(site.count("select count(*) from chaos.times where found > 1"))
                    .isPositive();

            site.execute("update headgate.source_position set applied = applied + 1"
                    + " where ctid = (select ctid from headgate.source_position limit 1)");
            site.execute("delete from headgate.outbox where id = (select max(id) from headgate.outbox)");
            site.execute(
                    "insert into headgate.outbox (pipeline, destination, key, payload, delivered_at)"
                            + " select pipeline, destination, key, payload, delivered_at from headgate.outbox order by id limit 1");
            assertThat(new Audit(site, directory, true, 0).read().account().differences())
                    .anySatisfy(line -> assertThat(line).startsWith("messages applied (headgate.source_position)"))
                    .anySatisfy(line -> assertThat(line).startsWith("partitions that have not as many"))
                    .anySatisfy(line -> assertThat(line).startsWith("messages with an outbox entry too many"))
                    .anySatisfy(line -> assertThat(line).startsWith("messages with an outbox entry too few"));
        }
    }

    /** The shipped routes, but for that. */
    private Path byPosition() throws IOException {
        Path routes = directory.resolve("by-position");
        FileSystemUtils.copyRecursively(ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        String batch = "      uri: batch:orders\n      parameters:\n";
        String yaml = Files.readString(file);
        assertThat(yaml).contains(batch);
        Files.writeString(file, yaml.replace(batch, batch + "        idempotency: positions\n"));
        return routes;
    }

    private static boolean named(Site site, String key) {
        try {
            return site.count("select count(*) from headgate.object_manifest where key = ?", key) == 1;
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void a_pipeline_that_it_cannot_run_is_named_before_any_server_starts() throws IOException {
        Files.writeString(directory.resolve("two.camel.yaml"), """
                - route:
                    id: first
                    from:
                      uri: kafka:first
                      parameters: { groupId: first }
                      steps:
                        - to: batch:both
                - route:
                    id: second
                    from:
                      uri: kafka:second
                      parameters: { groupId: second }
                      steps:
                        - to: batch:both
                - route:
                    id: write
                    from:
                      uri: batch:both
                      steps:
                        - to: sql:select 1
                """);
        CommandLineRun run = CommandLineRun.of("chaos", "--routes", directory.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("chaos runs one pipeline at a time", "--routes");
    }

    @Test
    void a_pipeline_that_it_cannot_account_is_named_before_any_server_starts() throws IOException {
        Files.writeString(directory.resolve("mixed.camel.yaml"), """
                - route:
                    id: source
                    from:
                      uri: kafka:source
                      parameters: { groupId: source }
                      steps:
                        - choice:
                            when:
                              - simple: "${header.once}"
                                steps:
                                  - to: batch:by-key
                            otherwise:
                              steps:
                                - to: batch:by-position
                - route:
                    id: write-by-key
                    from:
                      uri: batch:by-key
                      parameters: { idempotency: keys }
                      steps:
                        - to: sql:select 1
                - route:
                    id: write-by-position
                    from:
                      uri: batch:by-position
                      steps:
                        - to: sql:select 1
                """);
        Files.writeString(directory.resolve("application.properties"), "camel.component.batch.idempotency=positions\n");
        CommandLineRun run = CommandLineRun.of("chaos", "--routes", directory.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("{by-key=keys, by-position=positions}", "--routes");
    }
}

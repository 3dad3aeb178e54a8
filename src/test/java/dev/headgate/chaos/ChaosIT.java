package dev.headgate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.chaos.Schedule.Episode;
import dev.headgate.cli.CommandLineRun;
import dev.headgate.demo.DemoServers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few episodes on the shipped pipeline, always the same ones, and whether the account would have noticed. */
class ChaosIT {

    private static final long SEED = 48;
    /** Half a minute of faults on two idle cores. However long it takes, the run ends when all is accounted for. */
    private static final int EPISODES = 3;

    private static final int PER_SECOND = 300;
    private static final Path ROUTES = Path.of("routes");

    @TempDir
    Path directory;

    @Test
    void a_pipeline_that_is_harmed_loses_and_doubles_nothing_and_what_is_taken_away_afterwards_is_missed()
            throws Exception {
        List<Episode> episodes = Stream.generate(new Schedule(SEED, FaultKind.possible())::next)
                .limit(EPISODES)
                .toList();
        try (DemoServers servers = new DemoServers(directory);
                Site site = new Site(servers, directory, ROUTES, Messages.orders(SEED), PER_SECOND, SEED)) {
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
                    .anySatisfy(line -> assertThat(line).startsWith("messages with more than one outbox entry"));
            assertThat(Verification.run(site, directory).broken())
                    .anySatisfy(line -> assertThat(line).startsWith("lost: "))
                    .anySatisfy(line -> assertThat(line).startsWith("not-in-target: "));
        }
    }

    @Test
    void a_pipeline_that_it_cannot_run_is_named_before_any_server_starts() {
        CommandLineRun run =
                CommandLineRun.of("chaos", "--routes", ROUTES.resolve("sqs").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("chaos runs one pipeline from Kafka at a time", "--routes");
    }
}

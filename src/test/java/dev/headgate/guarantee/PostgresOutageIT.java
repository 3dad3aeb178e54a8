package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.devservices.DevPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 7: a database that is down holds the flow; it costs no message, no dead letter and no membership. */
class PostgresOutageIT {

    private static final Duration OUTAGE = Duration.ofSeconds(20);
    private static final int PER_SECOND = 2_000;
    /** More than the inflight limit holds arrives while the database is down, so that fetching has to pause. */
    private static final int MESSAGES = 55_000;

    @Test
    void postgres_stopped_for_20_s_under_load_costs_nothing(@TempDir Path folder) {
        Load load = new Load(System.nanoTime(), 10_000, 0.1);
        try (DevPostgres postgres = DevPostgres.start(folder.resolve("postgres"));
                Pipeline pipeline = new Pipeline(4, postgres, Servers.KAFKA)) {
            Deliveries deliveries = new Deliveries();
            pipeline.start(Map.of(), Map.of("deliveries", deliveries));
            CompletableFuture<Void> sending = load.sendSteadily(pipeline, MESSAGES, PER_SECOND);
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.count("select count(*) from headgate.ledger"))
                    .isGreaterThan(PER_SECOND));
            var members = pipeline.members();
            assertThat(members).hasSize(1);

            postgres.stop();
            Pipeline.await()
                    .pollInterval(Duration.ofMillis(500))
                    .during(OUTAGE)
                    .until(pipeline::members, members::equals);
            long committed = pipeline.committed();
            System.err.printf(
                    "End of the outage: sent %d, delivered %d, committed %d%n",
                    load.sent(), deliveries.records(), committed);
            assertThat(committed).isLessThan(deliveries.records());
            postgres.restart();

            sending.join();
            Account.reconciles(pipeline, load);
            assertThat(pipeline.members()).as("the same member all the time").isEqualTo(members);
            assertThat(deliveries.redelivered()).as("redelivered").isZero();
        }
    }
}

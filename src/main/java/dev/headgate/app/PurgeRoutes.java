package dev.headgate.app;

import java.time.Duration;
import org.apache.camel.component.sql.SqlConstants;

/** One route for each table with a retention; each deletes chunk after chunk until nothing old is left. */
public final class PurgeRoutes extends UpkeepRoutes {

    private static final int CHUNK = 5_000;

    private final Duration interval;
    private final Duration ledger;
    private final Duration outbox;
    private final Duration deadLetters;
    private final Duration jobs;

    /**
     * @param interval how often old rows are looked for
     * @param ledger how long a key is remembered: longer than any source can deliver a message again
     * @param outbox how long an entry is kept after it was delivered
     * @param deadLetters how long a dead letter is kept
     * @param jobs how long a job is kept after it has ended
     */
    public PurgeRoutes(Duration interval, Duration ledger, Duration outbox, Duration deadLetters, Duration jobs) {
        this.interval = interval;
        this.ledger = ledger;
        this.outbox = outbox;
        this.deadLetters = deadLetters;
        this.jobs = jobs;
    }

    @Override
    public void configure() {
        purge("ledger", ledger);
        purge("outbox", outbox);
        purge("dead-letter", deadLetters);
        purge("job", jobs);
        // A transaction that is open for so long is gone.
        purge("object-sweep", ledger);
        // Its source does not deliver it again.
        purge("suspect", ledger);
    }

    private void purge(String table, Duration retention) {
        each(
                interval,
                "purge-" + table,
                "Deletes rows of " + table + " that have passed their retention.",
                route -> route.setHeader("retention", constant(retention.toSeconds()))
                        .setHeader("chunk", constant(CHUNK))
                        .setHeader(SqlConstants.SQL_UPDATE_COUNT, constant(CHUNK))
                        .loopDoWhile(header(SqlConstants.SQL_UPDATE_COUNT).isGreaterThanOrEqualTo(CHUNK))
                        .to("sql:classpath:dev/headgate/app/purge-" + table + ".sql")
                        .id("purge-" + table + "-chunk"));
    }
}

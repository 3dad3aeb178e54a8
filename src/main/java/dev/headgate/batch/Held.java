package dev.headgate.batch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;

/**
 * A batch that cannot write: what the log, health, JMX and the status page say of it.
 *
 * @param batch the name in {@code batch:NAME}
 * @param pipelines those that pause for it, in the order of their names
 * @param why one line
 * @param since to the second
 */
public record Held(String batch, Set<String> pipelines, String why, Instant since) {

    public Held {
        pipelines = new TreeSet<>(pipelines);
        since = since.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The line about it: what, since when and why. */
    @Override
    public String toString() {
        return "batch:%s cannot write since %s: %s".formatted(batch, since, why);
    }
}

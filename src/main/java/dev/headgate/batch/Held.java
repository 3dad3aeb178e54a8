package dev.headgate.batch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;

/**
 * A batch that cannot write: what the log, health, JMX and the status page say of it.
 *
 * @param batch the name in {@code batch:NAME}
 * @param pipelines those whose messages wait for it, in the order of their names
 * @param why one line
 * @param since to the second
 * @param pauses whether the sources of the pipelines pause; where messages are refused they do not, for the ones that come
 *     next tell whose fault it is
 */
public record Held(String batch, Set<String> pipelines, String why, Instant since, boolean pauses) {

    /** Of an outage, for which sources pause. */
    public Held(String batch, Set<String> pipelines, String why, Instant since) {
        this(batch, pipelines, why, since, true);
    }

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

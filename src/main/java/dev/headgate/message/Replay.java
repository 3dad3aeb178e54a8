package dev.headgate.message;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * What makes a message the replay of a dead letter of its pipeline; {@link ReplaySeal} has recognised it.
 *
 * @param deadLetter the id of its row in {@code headgate.dead_letter}
 * @param origin where what the row holds was first read; of a part of a message that part
 */
public record Replay(long deadLetter, SourcePosition origin) {

    /** The exchange property that holds it; no message can bring one. */
    public static final String PROPERTY = "HeadgateReplay";

    /** Whether the message at this position is what is replayed, or a part of it; and not only what has it as a part. */
    public boolean reaches(SourcePosition position) {
        return position.isIn(origin);
    }

    /** Whether the message at this position has a part in the replay, or is one. */
    boolean concerns(SourcePosition position) {
        return position.isIn(origin) || origin.isIn(position);
    }

    /** Null if the exchange is no replay. */
    public static @Nullable Replay of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Replay.class);
    }
}

package dev.headgate.message;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * What makes a message the replay of a dead letter of its pipeline; {@link ReplaySeal} has recognised it.
 *
 * @param deadLetter the id of its row in {@code headgate.dead_letter}
 */
public record Replay(long deadLetter) {

    /** The exchange property that holds it; no message can bring one. */
    public static final String PROPERTY = "HeadgateReplay";

    /** Null if the exchange is no replay. */
    public static @Nullable Replay of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Replay.class);
    }
}

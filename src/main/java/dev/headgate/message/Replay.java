package dev.headgate.message;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * What makes a message one that was sent to its source again; {@link ReplaySeal} has recognised it. It is the replay of a
 * dead letter in the pipeline that had refused it. In any other pipeline of its source it is what that one has met before.
 *
 * @param deadLetter the id of its row in {@code headgate.dead_letter}
 * @param pipeline the pipeline of that row
 * @param origin where what the row holds was first read; of a part of a message that part
 */
public record Replay(long deadLetter, String pipeline, SourcePosition origin) {

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

    /** Null if the exchange is no replay of a dead letter of its own pipeline. */
    public static @Nullable Replay of(Exchange exchange) {
        Replay replay = ofAny(exchange);
        return replay == null || !replay.pipeline.equals(exchange.getFromRouteId()) ? null : replay;
    }

    /** Null if the exchange was not sent to its source again. */
    public static @Nullable Replay ofAny(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Replay.class);
    }
}

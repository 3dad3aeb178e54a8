package dev.headgate.message;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * A part of a message that its route splits: a message of its own, with a position and an identity within those of the whole.
 *
 * <p>An id that the whole brought in a header is not its own: the part is known by that id and the index. An id that is taken
 * from the part itself stays what it is. Immutable.
 *
 * @param whole what it is a part of
 * @param index its place among the parts, from 0
 */
public record Part(Whole whole, int index) {

    private static final String PROPERTY = "HeadgatePart";

    /** Null if the exchange carries no part. */
    public static @Nullable Part of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Part.class);
    }

    /**
     * Makes an exchange, which Camel has copied from that of the whole, one of its part: it has the part's position, and a
     * share in the acknowledgement. To be called in the part's own unit of work, before its first step.
     *
     * @return false, and nothing has changed, where only another part of the whole is replayed
     */
    public boolean enter(Exchange exchange) {
        SourcePosition position = new SourcePosition.Part(whole.position(), index);
        Replay replay = Replay.of(exchange);
        if (replay != null && !replay.concerns(position)) {
            return false;
        }
        exchange.setProperty(PROPERTY, this);
        position.enter(exchange, whole.share());
        Identity seen = exchange.getProperty(Identity.PROPERTY, Identity.class);
        if (seen != null) {
            String key = StorableKey.ofPart(seen.key(), index);
            exchange.setProperty(Identity.PROPERTY, new Identity(seen.pipeline(), key, Content.of(exchange)));
        }
        return true;
    }

    /** The exchange is that of the whole, or of the part that this one is, again. */
    static void restore(Exchange exchange, @Nullable Part part) {
        exchange.setProperty(PROPERTY, part);
    }

    /** Of a part the key that it has by an id: what the whole brought is told apart by the index. */
    static String key(Exchange exchange, String id, String key) {
        Part part = of(exchange);
        return part == null ? key : part.key(id, key);
    }

    private String key(String id, String key) {
        Part outer = whole.outer();
        String within = outer == null ? key : outer.key(id, key);
        return whole.brought(id) ? StorableKey.ofPart(within, index) : within;
    }
}

package dev.headgate.message;

import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a replayed dead letter say: which one it is.
 *
 * @param deadLetter the id of its row in {@code headgate.dead_letter}
 */
public record Replay(long deadLetter) {

    /** The header that names the dead letter. */
    public static final String DEAD_LETTER = "headgate-dead-letter";

    /** The header that names the place where the message was first read, as {@link SourcePosition} writes it. */
    public static final String ORIGIN = "headgate-origin";

    /** Null if the message is no replay, also if the header holds anything but a number. */
    static @Nullable Replay of(Message message) {
        String id = message.getHeader(DEAD_LETTER, String.class);
        if (id == null || !id.matches("[0-9]{1,18}")) {
            return null;
        }
        return new Replay(Long.parseLong(id));
    }

    /** Whether the message is a replay. */
    public static boolean is(Message message) {
        return message.getHeader(DEAD_LETTER) != null;
    }
}

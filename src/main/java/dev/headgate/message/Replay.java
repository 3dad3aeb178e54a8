package dev.headgate.message;

import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a replayed dead letter say: which one it is.
 *
 * @param deadLetter the id of its row in {@code headgate.dead_letter}
 */
public record Replay(long deadLetter) {

    /** Null if the message is no replay, also if the header holds anything but a number. */
    static @Nullable Replay of(Message message) {
        String id = message.getHeader(Headers.DEAD_LETTER, String.class);
        if (id == null || !id.matches("[0-9]{1,18}")) {
            return null;
        }
        return new Replay(Long.parseLong(id));
    }

    /** Whether the message is a replay. */
    public static boolean is(Message message) {
        return message.getHeader(Headers.DEAD_LETTER) != null;
    }
}

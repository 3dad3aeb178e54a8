package dev.headgate.decode;

import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;

/** Collects bytes, and refuses the message when there are more than it may have. Not thread-safe. */
final class LimitedBytes extends ByteArrayOutputStream {

    /** What is guessed of a small body is good, of a large one perhaps its sender's trick. */
    private static final int LARGEST_GUESS = 1 << 20;

    private final MessageLimit limit;
    private final String when;

    /**
     * @param guess how many there will be
     * @param when the message is too large, for its reason
     */
    LimitedBytes(int guess, MessageLimit limit, String when) {
        super(Math.max(32, Math.min(guess, LARGEST_GUESS)));
        this.limit = limit;
        this.when = when;
    }

    @Override
    public synchronized void write(int b) {
        require(1);
        super.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        require(length);
        super.write(bytes, offset, length);
    }

    private void require(int length) {
        if (!limit.allows((long) count + length)) {
            throw limit.exceeded(when);
        }
    }
}

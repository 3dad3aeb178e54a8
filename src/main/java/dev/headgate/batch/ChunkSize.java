package dev.headgate.batch;

/**
 * How many messages to write at once where some are refused: a batch is written as a whole until one of it is; from then
 * on in chunks that halve with each message that is refused and grow by a third with each chunk that is not, so that with
 * rare refusals little is written in vain, and with none a batch is a whole again. Thread-safe: lanes learn from each
 * other, and what one of them overwrites does not matter.
 */
final class ChunkSize {

    private static final int LEAST = 64;
    /** What is tried first behind a first refusal. */
    private static final int FIRST = 256;

    private static final int WHOLE = 1 << 20;

    private volatile int size = WHOLE;

    int get() {
        return size;
    }

    /** One message was refused alone. */
    void refused() {
        size = Math.max(LEAST, Math.min(size, FIRST) / 2);
    }

    /** So many were written at once. */
    void written(int messages) {
        int now = size;
        if (messages >= now) {
            size = Math.min(WHOLE, now + now / 3);
        }
    }
}

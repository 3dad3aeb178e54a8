package dev.headgate.batch;

/**
 * How many messages to write at once where some are refused: a batch is written as a whole while next to none is; else in
 * chunks, the smaller the larger the share is that was refused lately.
 *
 * <p>A chunk costs a few statements however many messages it has, and each message in it that is refused has all of them
 * read once more. The cheapest size is then one over the root of the share, times a factor. Thread-safe:
 * lanes learn from each other, and what one of them overwrites does not matter.
 */
final class ChunkSize {

    private static final int LEAST = 8;
    /** The root of how many messages cost as much as what a chunk costs however many it has. */
    private static final int FACTOR = 28;
    /** So many messages say as much as all before them. */
    private static final double MEMORY = 1_000;
    /** Below it a batch is tried as a whole, in the hope that none is refused. */
    private static final double NEXT_TO_NONE = 1e-4;

    private volatile double share;

    int get() {
        double now = share;
        return isWhole() ? Integer.MAX_VALUE : Math.max(LEAST, (int) (FACTOR / Math.sqrt(now)));
    }

    boolean isWhole() {
        return share < NEXT_TO_NONE;
    }

    /** So many were written or refused, and so many of them refused. */
    void tried(int messages, int refused) {
        double now = share;
        share = now + ((double) refused / messages - now) * messages / (messages + MEMORY);
    }
}

package dev.headgate.batch;

/**
 * Which messages of a batch to write next, so that a few that are refused are found in few writes and all others are
 * written in order.
 *
 * <p>Binary search for the first one that is refused; from there on ranges grow again, fourfold with each one that was
 * written, so that one among many costs about two writes for each halving, and many in a row one write each. Plain
 * arithmetic on positions; not thread-safe.
 */
final class Isolation {

    private static final int GROWTH = 4;

    private final int size;
    private int from;
    private int end;
    private int refusedEnd;
    private int reach;

    /**
     * @param size the number of messages
     * @param reach how many to try first
     */
    Isolation(int size, int reach) {
        this.size = size;
        this.reach = reach;
    }

    /** Whether each message was either written or refused alone. */
    boolean isDone() {
        return from == size;
    }

    /** The position of the first message to write next. */
    int from() {
        return from;
    }

    /** The position behind the last message to write next, at most so many from the first. */
    int end(int atMost) {
        int most = refusedEnd > from ? Math.max(1, (refusedEnd - from) / 2) : Math.min(reach, size - from);
        end = from + Math.min(most, Math.max(1, atMost));
        return end;
    }

    /** What {@link #from} and the last {@link #end} enclose was written. */
    void written() {
        from = end;
        if (from >= refusedEnd) {
            reach = (int) Math.min(size, (long) reach * GROWTH);
        }
    }

    /** It was refused; true if it is one message alone, which is left behind. */
    boolean refused() {
        if (end - from > 1) {
            refusedEnd = end;
            return false;
        }
        from = end;
        refusedEnd = from;
        reach = 1;
        return true;
    }
}

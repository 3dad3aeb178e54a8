package dev.headgate.batch;

import dev.headgate.message.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * The arithmetic of one lane: what is waiting, and when it makes a batch. Not thread-safe; time is passed in.
 */
final class Accumulator {

    private final IntSupplier maxSize;
    private final long maxBytes;
    private final long lingerNanos;
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private long waitingBytes;

    /** @param maxSize the most messages in a batch, as it is when asked */
    Accumulator(IntSupplier maxSize, long maxBytes, long lingerNanos) {
        this.maxSize = maxSize;
        this.maxBytes = maxBytes;
        this.lingerNanos = lingerNanos;
    }

    void add(Message message) {
        waiting.addLast(message);
        waitingBytes += message.size();
    }

    int size() {
        return waiting.size();
    }

    /** What is waiting, the oldest first. */
    Stream<Message> waiting() {
        return waiting.stream();
    }

    /** Whether what is waiting fills a batch by count or bytes. */
    boolean isFull() {
        return waiting.size() >= maxSize.getAsInt() || waitingBytes >= maxBytes;
    }

    /** The nanoseconds until the oldest waiting message has lingered enough; not positive when it has. */
    long remainingLinger(long now) {
        Message oldest = waiting.peekFirst();
        return oldest == null ? Long.MAX_VALUE : lingerNanos - (now - oldest.arrivedNanos());
    }

    /** Why a batch taken now is closed. */
    Batch.Closed reason(long now) {
        if (waiting.size() >= maxSize.getAsInt()) {
            return Batch.Closed.COUNT;
        }
        if (waitingBytes >= maxBytes) {
            return Batch.Closed.BYTES;
        }
        return remainingLinger(now) <= 0 ? Batch.Closed.AGE : Batch.Closed.FLUSH;
    }

    /** Takes the messages of the next batch: the oldest, within both limits, at least one. */
    List<Message> take() {
        int most = maxSize.getAsInt();
        List<Message> taken = new ArrayList<>(Math.min(waiting.size(), most));
        long bytes = 0;
        while (taken.size() < most && !waiting.isEmpty()) {
            int size = waiting.getFirst().size();
            if (!taken.isEmpty() && bytes + size > maxBytes) {
                break;
            }
            bytes += size;
            taken.add(waiting.removeFirst());
        }
        waitingBytes -= bytes;
        return taken;
    }
}

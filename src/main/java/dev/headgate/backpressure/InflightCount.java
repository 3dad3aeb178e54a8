package dev.headgate.backpressure;

import java.util.concurrent.atomic.AtomicLong;

/** One count of messages and bytes with its two limits. Thread-safe; nothing here blocks. */
final class InflightCount {

    /** A level that was full has room again when this part of it is free, so that its sources do not stop and go. */
    private static final int MARGIN = 16;

    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong highest = new AtomicLong();
    private volatile long maxMessages;
    private volatile long maxBytes;

    InflightCount(long maxMessages, long maxBytes) {
        this.maxMessages = atLeastOne(maxMessages);
        this.maxBytes = atLeastOne(maxBytes);
    }

    void acquire(long size) {
        bytes.addAndGet(size);
        long now = messages.incrementAndGet();
        if (now > highest.get()) {
            highest.accumulateAndGet(now, Math::max);
        }
    }

    void release(long size) {
        bytes.addAndGet(-size);
        messages.decrementAndGet();
    }

    /** Messages that are counted have got so many bytes more, or less. */
    void grow(long by) {
        bytes.addAndGet(by);
    }

    boolean isFull() {
        return messages.get() >= maxMessages || bytes.get() >= maxBytes;
    }

    /** Whether it is so far below its limits that what had to stop may go on. */
    boolean hasRoom() {
        return messages.get() < maxMessages - maxMessages / MARGIN && bytes.get() < maxBytes - maxBytes / MARGIN;
    }

    long messages() {
        return messages.get();
    }

    long bytes() {
        return bytes.get();
    }

    long highestMessages() {
        return highest.get();
    }

    long maxMessages() {
        return maxMessages;
    }

    long maxBytes() {
        return maxBytes;
    }

    void setMaxMessages(long limit) {
        maxMessages = atLeastOne(limit);
    }

    void setMaxBytes(long limit) {
        maxBytes = atLeastOne(limit);
    }

    private static long atLeastOne(long limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("an inflight limit must be at least 1: " + limit);
        }
        return limit;
    }
}

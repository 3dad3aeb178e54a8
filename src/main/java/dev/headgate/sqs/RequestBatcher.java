package dev.headgate.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gathers requests into batches of ten, the most that SQS takes at once: a batch goes out when it is full, or when its
 * first request has waited for a short linger. Thread-safe; a request is taken at once, and sent on threads of this
 * object's own.
 *
 * <p>What is there all at once is dealt out by {@link #batches}.
 */
final class RequestBatcher<T> implements AutoCloseable {

    private static final int MOST = 10;

    /** The oldest limit of a request that SQS had; a larger message travels alone. */
    private static final int MOST_BYTES = 256 * 1024;

    private static final int SENDERS = 4;
    private static final Duration LINGER = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Consumer<List<T>> send;
    private final BlockingQueue<T> waiting = new LinkedBlockingQueue<>();
    private final List<Thread> senders;
    private volatile boolean closed;

    /** @param send sends one to ten, on several threads at once; must not throw */
    RequestBatcher(String name, Consumer<List<T>> send) {
        this.send = send;
        this.senders = IntStream.range(0, SENDERS)
                .mapToObj(number -> new Thread(this::run, name + "-" + number))
                .toList();
        senders.forEach(sender -> {
            sender.setDaemon(true);
            sender.start();
        });
    }

    /** Takes the first message of each key, and all that have none, out of the list. */
    static <T> List<T> firstOfEachKey(List<T> waiting, Function<T, @Nullable String> keyOf) {
        Set<String> keys = new HashSet<>();
        List<T> first = new ArrayList<>();
        List<T> later = new ArrayList<>();
        for (T message : waiting) {
            String key = keyOf.apply(message);
            (key == null || keys.add(key) ? first : later).add(message);
        }
        waiting.clear();
        waiting.addAll(later);
        return first;
    }

    /** Deals the messages out, in order: up to ten together, and up to 256 KiB unless it is one message. */
    static <T> List<List<T>> batches(List<T> messages, ToIntFunction<T> bytesOf) {
        List<List<T>> batches = new ArrayList<>();
        List<T> batch = new ArrayList<>();
        int size = 0;
        for (T message : messages) {
            int bytes = bytesOf.applyAsInt(message);
            if (!batch.isEmpty() && (batch.size() == MOST || size + bytes > MOST_BYTES)) {
                batches.add(batch);
                batch = new ArrayList<>();
                size = 0;
            }
            batch.add(message);
            size += bytes;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /** Has the request sent soon; after the close at once, on the caller's thread. */
    void add(T request) {
        if (closed) {
            send.accept(List.of(request));
        } else {
            waiting.add(request);
        }
    }

    /** Returns when all that was added is sent, or after ten seconds. */
    @Override
    public void close() {
        closed = true;
        long until = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (Thread sender : senders) {
                sender.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (senders.stream().noneMatch(Thread::isAlive)) {
            // Added while the last sender was ending.
            List<T> late = new ArrayList<>();
            waiting.drainTo(late);
            batches(late, request -> 0).forEach(send);
        }
    }

    private void run() {
        try {
            while (!closed || !waiting.isEmpty()) {
                @Nullable T first = waiting.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    send.accept(gather(first));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<T> gather(T first) throws InterruptedException {
        List<T> batch = new ArrayList<>(MOST);
        batch.add(first);
        long until = System.nanoTime() + LINGER.toNanos();
        while (batch.size() < MOST) {
            long left = closed ? 0 : until - System.nanoTime();
            @Nullable T next = waiting.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (next == null) {
                return batch;
            }
            batch.add(next);
        }
        return batch;
    }
}

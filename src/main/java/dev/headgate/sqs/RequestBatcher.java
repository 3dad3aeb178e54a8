package dev.headgate.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gathers requests into tens, the most that SQS takes at once: a ten goes out when it is full, or when its first has
 * waited for a short linger. Thread-safe; a request is taken at once, and sent on threads of this object's own.
 */
final class RequestBatcher<T> implements AutoCloseable {

    private static final int MOST = 10;
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

    /** Sent soon; after the close at once, on the caller's thread. */
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
            List<T> ten = new ArrayList<>();
            while (waiting.drainTo(ten, MOST) > 0) {
                send.accept(List.copyOf(ten));
                ten.clear();
            }
        }
    }

    private void run() {
        try {
            while (!closed || !waiting.isEmpty()) {
                @Nullable T first = waiting.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    send.accept(ten(first));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<T> ten(T first) throws InterruptedException {
        List<T> ten = new ArrayList<>(MOST);
        ten.add(first);
        long until = System.nanoTime() + LINGER.toNanos();
        while (ten.size() < MOST) {
            long left = closed ? 0 : until - System.nanoTime();
            @Nullable T next = waiting.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (next == null) {
                return ten;
            }
            ten.add(next);
        }
        return ten;
    }
}

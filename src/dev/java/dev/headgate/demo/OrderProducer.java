package dev.headgate.demo;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends generated orders to a source at a rate.
 *
 * <p>Runs on a thread of its own from {@link #start} to {@link #stop}. When the source is slower than the rate, at most
 * one second's worth is made up for later.
 */
public final class OrderProducer implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(2);
    private static final Duration STOP_WAIT = Duration.ofMinutes(3);

    private final Source source;
    private final OrderGenerator generator;
    private final Pace pace;
    private final Consumer<OrderMessage> sending;
    private final Thread thread = new Thread(this::run, "order-producer");
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private volatile boolean stopping;

    /** @param sending told of each message just before it is sent, on the producer's thread */
    public OrderProducer(Source source, OrderGenerator generator, int perSecond, Consumer<OrderMessage> sending) {
        this.source = source;
        this.generator = generator;
        this.pace = new Pace(perSecond);
        this.sending = sending;
    }

    public OrderProducer start() {
        thread.start();
        return this;
    }

    /** Goes on at another rate. */
    public void rate(int perSecond) {
        pace.perSecond(perSecond);
    }

    /**
     * Makes no more messages and returns when all that were made are acknowledged.
     *
     * @return how many of each kind are in the source
     * @throws IllegalStateException if a message was not acknowledged, so that nobody knows whether it is there
     */
    public Totals stop() {
        stopping = true;
        try {
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the order producer was stopping", interrupted);
        }
        RuntimeException cause = failure.get();
        if (cause != null || thread.isAlive()) {
            throw new IllegalStateException("Not all orders were acknowledged: " + source.address(), cause);
        }
        return generator.totals();
    }

    /** Stops without asking how it went. */
    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }

    private void run() {
        try {
            produce();
            source.flush();
        } catch (RuntimeException unexpected) {
            failure.set(unexpected);
        }
    }

    private void produce() {
        while (!stopping) {
            for (int left = pace.due(System.nanoTime()); left > 0 && !stopping; left--) {
                OrderMessage message = generator.next();
                sending.accept(message);
                source.send(message);
            }
            LockSupport.parkNanos(TICK.toNanos());
        }
    }
}

package dev.headgate.guarantee;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Orders from a seed: versions 1, 2, 3 ... of each, under the order's key, and now and then a message that was sent
 * before, with the same key, id and bytes. Thread-safe.
 */
final class Load {

    private static final int TICKS_PER_SECOND = 50;

    /** Where it is sent. */
    interface Target {

        /** An order that is valid; returns before it has arrived. */
        void sendOrder(String order, String id, int version);
    }

    private record Version(String order, int number) {
        String id() {
            return order + "-" + number;
        }
    }

    private final Random random;
    private final int orders;
    private final double duplicates;
    private final Map<String, Integer> versions = new HashMap<>();
    private final List<Version> distinct = new ArrayList<>();
    private int sent;

    /** @param duplicates the share of messages that were sent before */
    Load(long seed, int orders, double duplicates) {
        this.random = new Random(seed);
        this.orders = orders;
        this.duplicates = duplicates;
        System.err.printf("Load: seed %d, %d orders, %.0f %% duplicates%n", seed, orders, duplicates * 100);
    }

    /** Sends without waiting for confirmations. */
    synchronized void send(Target target, int messages) {
        for (int i = 0; i < messages; i++) {
            Version next = next();
            target.sendOrder(next.order, next.id(), next.number);
            sent++;
        }
    }

    /** Sends in the background; done when the last message was sent. */
    CompletableFuture<Void> sendSteadily(Target target, int messages, int perSecond) {
        int last = sent() + messages;
        return sendWhile(() -> sent() < last, target, perSecond);
    }

    /** Sends in the background for as long as is wanted; done when the last message was sent. */
    CompletableFuture<Void> sendWhile(BooleanSupplier wanted, Target target, int perSecond) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(
                () -> {
                    try {
                        if (wanted.getAsBoolean()) {
                            send(target, perSecond / TICKS_PER_SECOND);
                        } else {
                            done.complete(null);
                        }
                    } catch (RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                },
                0,
                TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND,
                TimeUnit.NANOSECONDS);
        done.whenComplete((nothing, error) -> clock.shutdown());
        return done;
    }

    synchronized int sent() {
        return sent;
    }

    /** The idempotency keys of all messages, each once, in the order of their first sending. */
    synchronized List<String> ids() {
        return distinct.stream().map(Version::id).toList();
    }

    /** The last version of each order. */
    synchronized Map<String, Integer> versions() {
        return Map.copyOf(versions);
    }

    private Version next() {
        if (!distinct.isEmpty() && random.nextDouble() < duplicates) {
            // Half of them follow closely, while the first one is in flight.
            int recent = random.nextBoolean() ? Math.min(distinct.size(), 100) : distinct.size();
            return distinct.get(distinct.size() - 1 - random.nextInt(recent));
        }
        String order = "order-" + random.nextInt(orders);
        Version version = new Version(order, versions.merge(order, 1, Integer::sum));
        distinct.add(version);
        return version;
    }
}

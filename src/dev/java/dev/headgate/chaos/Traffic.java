package dev.headgate.chaos;

import dev.headgate.demo.Pace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Two producers and their trouble, on a thread of its own from {@link #start} to {@link #stop}. They never give up on a
 * message: each is in the source once for each time that it was sent. The other methods may be called by any thread.
 */
final class Traffic implements AutoCloseable {

    private static final long TICK_MILLIS = 2;
    private static final long LONGEST_STOP_SECONDS = 180;
    private static final int POISON_EVERY = 20;
    private static final int BURST = 5;
    private static final int REORDERED = 100;

    /** What producers do besides. */
    enum Trouble {
        POISON,
        DUPLICATES,
        REORDERING,
        BURST
    }

    private final boolean tables;
    private final Messages messages;
    private final SentLog log;
    private final int perSecond;
    private final Pace pace;
    private final Random random;
    private final Sender first;
    private final Sender second;
    private final Set<Trouble> trouble = Collections.synchronizedSet(EnumSet.noneOf(Trouble.class));
    private final ReentrantLock sending = new ReentrantLock(true);
    private final List<Message> mixed = new ArrayList<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "chaos-traffic");
    private volatile boolean stopping;
    private long made;

    /** @param tables whether the messages are to go into tables, not into objects */
    Traffic(Source source, boolean tables, Messages messages, SentLog log, int perSecond, long seed) {
        this.tables = tables;
        this.messages = messages;
        this.log = log;
        this.perSecond = perSecond;
        this.pace = new Pace(perSecond);
        this.random = new Random(seed);
        this.first = source.sender(log, this::failed);
        this.second = source.sender(log, this::failed);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void begin(Trouble what) {
        trouble.add(what);
        rate();
    }

    void end(Trouble what) {
        trouble.remove(what);
        rate();
    }

    private void rate() {
        pace.perSecond(trouble.contains(Trouble.BURST) ? BURST * perSecond : perSecond);
    }

    /** Returns when all that was sent is in the source; nothing is sent until {@link #goOn}, by the same thread. */
    void pause() {
        sending.lock();
        first.flush();
        second.flush();
    }

    void goOn() {
        sending.unlock();
    }

    int perSecond() {
        return perSecond;
    }

    /** How many messages the source has taken. */
    long sent() {
        return log.count();
    }

    /**
     * Makes no more messages, and returns when all that were made are in the source.
     *
     * @throws IllegalStateException if one is not, so that nobody knows what to expect
     */
    void stop() throws InterruptedException {
        stopping = true;
        thread.join(TimeUnit.SECONDS.toMillis(LONGEST_STOP_SECONDS));
        Exception cause = failure.get();
        if (cause != null || thread.isAlive()) {
            throw new IllegalStateException("The source did not take all messages", cause);
        }
    }

    private void run() {
        try {
            while (!stopping) {
                int due = pace.due(System.nanoTime());
                sending.lock();
                try {
                    for (int left = due; left > 0; left--) {
                        make();
                    }
                } finally {
                    sending.unlock();
                }
                Thread.sleep(TICK_MILLIS);
            }
            sendMixed();
            first.flush();
            second.flush();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException unexpected) {
            failed(unexpected);
        }
    }

    private void failed(Exception problem) {
        failure.compareAndSet(null, problem);
    }

    private void make() {
        made++;
        Message message = made % POISON_EVERY == 0 && trouble.contains(Trouble.POISON)
                ? messages.poison(tables)
                : messages.next();
        if (trouble.contains(Trouble.REORDERING)) {
            mixed.add(message);
            if (mixed.size() >= REORDERED) {
                sendMixed();
            }
        } else {
            sendMixed();
            send(message);
        }
    }

    private void sendMixed() {
        if (!mixed.isEmpty()) {
            Collections.shuffle(mixed, random);
            mixed.forEach(this::send);
            mixed.clear();
        }
    }

    private void send(Message message) {
        first.send(message);
        // What is refused is a dead letter for each time it comes.
        if (!message.poison() && trouble.contains(Trouble.DUPLICATES)) {
            second.send(message);
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        first.close();
        second.close();
    }
}

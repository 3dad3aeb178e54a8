package dev.headgate.message;

import dev.headgate.failure.RejectedException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message that is being split, and its acknowledgement: it is given when all its shares have ended, that of the route, which
 * goes on behind the split, and those of the parts, each handed over to a batch or not.
 *
 * <p>If one share has failed the message is not acknowledged, and comes again, all of it. Shares end on any thread.
 */
public final class Whole {

    private static final Logger LOG = LoggerFactory.getLogger(Whole.class);
    private static final String PROPERTY = "HeadgateWhole";
    /** Each dead letter of a part holds the whole: one message must not fill a disk. */
    private static final int MOST_KEPT = 20;

    private final Exchange carrier;
    private final List<Synchronization> completions;
    private final SourcePosition position;
    private final @Nullable Part outer;
    private final @Nullable Whole around;
    private final @Nullable Identity identity;
    private final @Nullable Replay replay;
    private final Message original;
    private final AtomicInteger open = new AtomicInteger();
    private final Synchronization ofRoute = share();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile int parts;
    private volatile @Nullable Rejection notKept;
    private volatile boolean failureHandled;
    private volatile @Nullable Exception cause;

    private Whole(Exchange exchange) {
        this.position = SourcePosition.of(exchange);
        this.outer = Part.of(exchange);
        this.around = exchange.getProperty(PROPERTY, Whole.class);
        this.identity = exchange.getProperty(Identity.PROPERTY, Identity.class);
        this.replay = Replay.ofAny(exchange);
        Message first = Content.original(exchange);
        this.original = outer != null ? outer.whole().original : (first == null ? exchange.getMessage() : first).copy();
        this.carrier = exchange.copy();
        carrier.setExchangeId(exchange.getExchangeId());
        // Else what it takes would stay where it is.
        carrier.getExchangeExtension().setUnitOfWork(null);
        exchange.getExchangeExtension().handoverCompletions(carrier);
        List<Synchronization> taken = carrier.getExchangeExtension().handoverCompletions();
        this.completions = taken == null ? List.of() : taken;
    }

    /**
     * Takes the completions of an exchange that is about to be split, and leaves it the share of the route.
     *
     * @return what the exchanges of its parts find with {@link #of}
     */
    public static Whole begin(Exchange exchange) {
        Whole whole = new Whole(exchange);
        whole.position.enter(exchange, whole.ofRoute);
        exchange.setProperty(PROPERTY, whole);
        return whole;
    }

    /** Null where nothing is split. */
    public static @Nullable Whole of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Whole.class);
    }

    /** All parts have gone their way: the exchange is again what it was, whatever a strategy has merged into it. */
    public void end(Exchange exchange) {
        exchange.setProperty(PROPERTY, around);
        exchange.setProperty(SourcePosition.PROPERTY, position);
        exchange.setProperty(SourcePosition.ACKNOWLEDGEMENT, ofRoute);
        exchange.setProperty(Identity.PROPERTY, identity);
        exchange.setProperty(Replay.PROPERTY, replay);
        Part.restore(exchange, outer);
    }

    /** As the source gave it, where its route keeps that; else as it was split. Not to be changed. */
    public Message original() {
        return original;
    }

    /** How many parts have been seen. */
    public int parts() {
        return parts;
    }

    /** Says that there is a part of this index. */
    public synchronized void sees(int index) {
        parts = Math.max(parts, index + 1);
    }

    /**
     * Says that a part is refused before its batch.
     *
     * @return whether it is to be kept as a dead letter of its own, which holds the whole; beyond the first few it is not, and
     *     the whole has to become one
     */
    public boolean keeps(Rejection why) {
        if (refused.incrementAndGet() <= MOST_KEPT) {
            return true;
        }
        notKept = why;
        return false;
    }

    /** Why the whole is refused for parts that were, and are not kept alone; null if there are none. */
    public @Nullable RejectedException refusal() {
        Rejection last = notKept;
        return last == null
                ? null
                : new RejectedException(
                        "more than %d parts are refused".formatted(MOST_KEPT),
                        "%d of %d; the last at %s: %s: %s"
                                .formatted(refused.get(), parts, last.stage(), last.reason(), last.error()));
    }

    SourcePosition position() {
        return position;
    }

    /** The part that this is, which is itself split. */
    @Nullable
    Part outer() {
        return outer;
    }

    /** Whether an id is that of a header which all parts have from it. */
    boolean brought(String id) {
        for (Object header : carrier.getMessage().getHeaders().values()) {
            if (header != null && id.equals(Headers.text(header))) {
                return true;
            }
        }
        return false;
    }

    /** One more end to wait for. */
    Synchronization share() {
        open.incrementAndGet();
        return new Share();
    }

    private void ended() {
        if (open.decrementAndGet() > 0) {
            return;
        }
        carrier.setException(cause);
        carrier.getExchangeExtension().setFailureHandled(failureHandled);
        for (int i = completions.size() - 1; i >= 0; i--) {
            try {
                if (cause == null) {
                    completions.get(i).onComplete(carrier);
                } else {
                    completions.get(i).onFailure(carrier);
                }
            } catch (RuntimeException e) {
                LOG.warn("A completion of a message from {} failed", position, e);
            }
        }
    }

    private final class Share extends AtomicBoolean implements Synchronization {

        private static final long serialVersionUID = 1;

        @Override
        public void onComplete(Exchange exchange) {
            if (exchange.getExchangeExtension().isFailureHandled()) {
                failureHandled = true;
            }
            end();
        }

        @Override
        public void onFailure(Exchange exchange) {
            Exception failure = exchange.getException();
            cause = failure == null ? new IllegalStateException("a part failed without a cause") : failure;
            end();
        }

        private void end() {
            if (compareAndSet(false, true)) {
                ended();
            }
        }
    }
}

package dev.headgate.backpressure;

import dev.headgate.message.MessageSize;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inflight limit of a route that polls its source: counts each exchange from its beginning until its completions
 * run, and suspends the consumer while the limit is reached or the source is paused.
 *
 * <p>A poll that has begun is finished, so the limit is exceeded by one poll at most. The consumer is suspended and
 * resumed on a thread of the policy's own, woken by what makes it necessary; a route that somebody else suspended is not
 * resumed. A source that needs more of its route extends this policy.
 */
public class InflightRoutePolicy extends RoutePolicySupport {

    private static final Logger LOG = LoggerFactory.getLogger(InflightRoutePolicy.class);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final SourceInflight source;
    private final AtomicBoolean pausing = new AtomicBoolean();
    private @Nullable Runnable listener;
    private volatile boolean stopped = true;
    private volatile @Nullable ExecutorService thread;

    /** @param source what the route has in flight */
    public InflightRoutePolicy(SourceInflight source) {
        this.source = source;
    }

    @Override
    public void onInit(Route route) {
        super.onInit(route);
        listener = () -> pauseWhileFull(route);
        source.onPause(listener);
    }

    /** The source outlasts a route that is replaced. */
    @Override
    public void onRemove(Route route) {
        super.onRemove(route);
        if (listener != null) {
            source.offPause(listener);
        }
    }

    @Override
    public void onStart(Route route) {
        stopped = false;
        thread = route.getCamelContext()
                .getExecutorServiceManager()
                .newSingleThreadExecutor(this, "inflight:" + route.getRouteId());
        pauseWhileFull(route);
    }

    @Override
    public void onStop(Route route) {
        stopped = true;
        ExecutorService ending = thread;
        thread = null;
        if (ending != null) {
            route.getCamelContext().getExecutorServiceManager().shutdownNow(ending);
        }
    }

    @Override
    public void onResume(Route route) {
        pauseWhileFull(route);
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        exchange.getExchangeExtension().addOnCompletion(new Counted(source, MessageSize.of(exchange.getMessage())));
        pauseWhileFull(route);
    }

    private void pauseWhileFull(Route route) {
        ExecutorService current = thread;
        if (current != null && source.isFull() && pausing.compareAndSet(false, true)) {
            current.execute(() -> pause(route));
        }
    }

    private void pause(Route route) {
        source.pauses().begin();
        try {
            boolean suspended = suspendOrStopConsumer(route.getConsumer());
            LOG.debug("{} pauses: {} messages in flight", route.getRouteId(), source.messages());
            while (!stopped && !source.awaitRoom(LONGEST_WAIT)) {
                LOG.debug("{} still pauses: {} messages in flight", route.getRouteId(), source.messages());
            }
            if (suspended && !stopped && !isSuspended(route)) {
                resumeOrStartConsumer(route.getConsumer());
            }
        } catch (Exception e) {
            handleException(e);
        } finally {
            source.pauses().end();
            pausing.set(false);
            pauseWhileFull(route);
        }
    }

    /** Whether somebody has suspended the route through Camel's route controller. */
    private boolean isSuspended(Route route) {
        return controller(route).getRouteStatus(route.getRouteId()).isSuspended();
    }

    /** Counts one exchange, until it is complete or failed. */
    private static final class Counted implements Synchronization {

        private final SourceInflight source;
        private final int size;

        Counted(SourceInflight source, int size) {
            this.source = source;
            this.size = size;
            source.acquire(size);
        }

        @Override
        public void onComplete(Exchange exchange) {
            source.release(size);
        }

        @Override
        public void onFailure(Exchange exchange) {
            source.fail(size);
        }
    }
}

package dev.headgate.app;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether the files of the routes have changed, and reloads them when they have been the same for a
 * second, so that nobody is read while he writes. A change that is refused is tried again when the files change again.
 */
final class RouteWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final RouteReload reload;
    private final ScheduledThreadPoolExecutor thread;
    private RouteTexts tried;
    private RouteTexts seen;

    RouteWatch(RouteReload reload) {
        this.reload = reload;
        this.tried = reload.read();
        this.seen = tried;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "routes-watch");
            daemon.setDaemon(true);
            return daemon;
        });
        var unused = thread.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow().clear();
    }

    /** An exception would end the schedule. */
    private void look() {
        try {
            RouteTexts now = reload.read();
            boolean isAtRest = now.isSame(seen);
            seen = now;
            if (isAtRest && !now.isSame(tried)) {
                tried = now;
                reload.reload();
            }
        } catch (RuntimeException e) {
            LOG.warn("The routes folder cannot be watched now: {}", e.toString());
        }
    }
}

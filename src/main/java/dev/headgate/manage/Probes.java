package dev.headgate.manage;

import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.FailureLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks on an interval whether what Headgate needs is there, so that a health check answers at once, whatever hangs.
 * Thread-safe.
 */
final class Probes implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    /** Returns if it is there, throws what is the matter if not. */
    interface Probe {
        void ask() throws Exception;
    }

    /** What is the matter, in one line, and since when. */
    record Trouble(String why, Instant since) {}

    private static final Duration LASTING = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(Probes.class);

    private final InstantSource clock;
    private final Diagnosis diagnosis;
    private final Map<String, FailureLog> said = new ConcurrentHashMap<>();
    private final Map<String, Optional<Trouble>> states = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor threads;

    Probes(InstantSource clock, Diagnosis diagnosis) {
        this.clock = clock;
        this.diagnosis = diagnosis;
        this.threads = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "health");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Asks from now on; each probe on a thread of its own, for it may hang. */
    void start(String name, Probe probe) {
        states.put(name, Optional.of(new Trouble("not yet asked", now())));
        threads.setCorePoolSize(states.size());
        var unused =
                threads.scheduleWithFixedDelay(() -> ask(name, probe), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Also logs what has lasted for ten seconds, then once a minute with its present cause, and its end. */
    void startAndSay(String name, Probe probe) {
        said.put(name, new FailureLog(LOG, "The check of " + name, clock));
        start(name, probe);
    }

    /** Empty if it is there. */
    Optional<Trouble> trouble(String name) {
        return states.getOrDefault(name, Optional.empty());
    }

    @Override
    public void close() {
        threads.shutdownNow().clear();
    }

    private void ask(String name, Probe probe) {
        try {
            probe.ask();
            states.put(name, Optional.empty());
            FailureLog log = said.get(name);
            if (log != null) {
                log.over();
            }
        } catch (Exception e) {
            Instant since = trouble(name).map(Trouble::since).orElseGet(this::now);
            String why = diagnosis.of(e);
            states.put(name, Optional.of(new Trouble(why, since)));
            FailureLog log = said.get(name);
            if (log != null && !now().isBefore(since.plus(LASTING))) {
                log.failed(e, "not ready since " + since);
            }
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}

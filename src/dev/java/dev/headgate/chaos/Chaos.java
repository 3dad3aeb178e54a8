package dev.headgate.chaos;

import dev.headgate.app.RoutesCheck;
import dev.headgate.chaos.Schedule.Episode;
import dev.headgate.chaos.Schedule.Strike;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One run: starts workers and traffic, plays episodes, drains, and finds out what became of each message. */
final class Chaos {

    private static final int WORKERS = 3;
    private static final Duration STUCK = Duration.ofMinutes(2);
    private static final long LONGEST_EPISODE_SECONDS = 600;
    private static final long LOOK_MILLIS = 500;
    /** Option {@code maxEntries} of {@code outbox:}: what a relay sends before it marks it. */
    private static final long EXCHANGE = 2_000;

    private static final String PENDING = """
            select (select count(*) from headgate.outbox where delivered_at is null)
                + (select count(*) from headgate.job where state in ('available', 'scheduled', 'executing', 'retryable'))
            """;

    private final Site site;
    private final Path directory;
    private final boolean orders;
    private final Consumer<String> lines;
    private final Recovery recovery;
    private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
    private final List<Duration> recoveries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * @param orders whether the shipped pipeline has the orders of the demo
     * @param lines told what a person wants to read while it runs
     */
    Chaos(Site site, Path directory, boolean orders, Consumer<String> lines) {
        this.site = site;
        this.directory = directory;
        this.orders = orders;
        this.lines = lines;
        this.recovery = new Recovery(site.source(), STUCK);
    }

    /**
     * @param episodes what goes wrong, one after the other; asked for the next one when the flow has recovered
     * @param again the command that runs the same again
     */
    Report run(Iterator<Episode> episodes, String again) throws SQLException, IOException, InterruptedException {
        ExecutorService faultThreads = Executors.newCachedThreadPool();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        long start;
        Duration lasted;
        try {
            site.workers().start(WORKERS);
            site.traffic().start();
            ScheduledFuture<?> unused =
                    clock.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            // Before that there is no table to harm.
            recovery.await();
            awaitFirst();
            start = System.nanoTime();
            try {
                while (episodes.hasNext()) {
                    play(episodes.next(), faultThreads, start);
                }
            } catch (StuckException stuck) {
                problems.add(stuck.getMessage());
            }
            lasted = Duration.ofNanos(System.nanoTime() - start);
            site.traffic().stop();
            lines.accept("Draining ...");
            drain();
        } finally {
            faultThreads.shutdownNow();
            clock.shutdownNow();
        }
        clock.awaitTermination(1, TimeUnit.MINUTES);
        site.workers().stop();
        if (site.workers().endless() > 0) {
            problems.add("%d processes did not end at SIGTERM, and were killed: see the logs in %s"
                    .formatted(site.workers().endless(), directory));
        }
        site.sentLog().close();
        lines.accept("Counting ...");
        Verification verified = Verification.run(site, directory);
        Audit.Result found = new Audit(site, directory, orders, mostRepeats()).read();
        return new Report(
                faults,
                recoveries,
                site.workers().ends(),
                lasted,
                site.traffic().sent(),
                found,
                problems,
                verified,
                again);
    }

    /** None where each relay has exactlyOnce. */
    private long mostRepeats() {
        Settings settings = Settings.load(site.routes(), null, Map.of());
        boolean repeating = RoutesCheck.pipeline(site.routes(), settings).endpoints().stream()
                .anyMatch(endpoint -> endpoint.startsWith("outbox:") && !endpoint.contains("exactlyOnce=true"));
        return repeating ? EXCHANGE * (WORKERS + 1) * (faultCount() + 1) : 0;
    }

    private int faultCount() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void awaitFirst() throws InterruptedException {
        long deadline = System.nanoTime() + STUCK.toNanos();
        while (site.source().acknowledged() <= 0) {
            if (System.nanoTime() > deadline) {
                throw new StuckException("Nothing was acknowledged within %d s of the start: see the logs in %s"
                        .formatted(STUCK.toSeconds(), directory));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void play(Episode episode, ExecutorService threads, long start) throws InterruptedException {
        List<Future<Boolean>> strikes = new ArrayList<>();
        for (Strike strike : episode.strikes()) {
            strikes.add(threads.submit(() -> {
                Fault fault = strike.kind().on(site);
                Thread.sleep(strike.after().toMillis());
                fault.apply();
                Thread.sleep(strike.lasts().toMillis());
                fault.heal();
                return fault.hasStruck();
            }));
        }
        for (int i = 0; i < strikes.size(); i++) {
            try {
                boolean struck = strikes.get(i).get(LONGEST_EPISODE_SECONDS, TimeUnit.SECONDS);
                faults.merge(episode.strikes().get(i).kind(), struck ? 1 : 0, Integer::sum);
            } catch (ExecutionException | TimeoutException failure) {
                throw new IllegalStateException(
                        "The fault %s cannot be applied or healed"
                                .formatted(episode.strikes().get(i).kind()),
                        failure);
            }
        }
        Duration recovered = recovery.await();
        recoveries.add(recovered);
        lines.accept("%5d s  %,9d sent  flowing after %4.1f s: %s"
                .formatted(
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                        site.traffic().sent(),
                        recovered.toMillis() / 1_000.0,
                        episode));
    }

    private void look() {
        try {
            site.workers().look();
        } catch (IOException failure) {
            lines.accept("A process cannot be started: " + failure.getMessage());
        }
    }

    /** Until all is acknowledged, relayed and done, or nothing of it goes on. */
    private void drain() throws InterruptedException {
        long best = Long.MAX_VALUE;
        long progress = System.nanoTime();
        while (true) {
            long left = site.source().backlog() + site.count(PENDING);
            if (left == 0) {
                return;
            }
            if (left < best) {
                best = left;
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > STUCK.toNanos()) {
                problems.add("%,d messages, outbox entries and jobs stay undone, though nothing is wrong any more"
                        .formatted(left));
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}

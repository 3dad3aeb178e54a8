package dev.headgate.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.database.Migrations;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Executes jobs that wait, with an empty handler, with Headgate and with db-scheduler, one after the other on the same
 * database; then lets both execute jobs that are enqueued at half the rate of the slower one. Each is warmed up first.
 */
final class JobBench {

    private static final int WARM_UP = 10_000;
    private static final int LOAD_SECONDS = 10;
    private static final int STATEMENTS_PER_SECOND = 50;
    private static final Duration LONGEST = Duration.ofMinutes(3);

    /**
     * @param perSecond of the jobs that waited
     * @param p50Millis from enqueueing to the handler, under the load
     */
    record Reading(long perSecond, double p50Millis, double p99Millis) {
        private String line(String name) {
            return "%-16s %,8d jobs/s   enqueue to start p50 %.1f ms, p99 %.1f ms%n"
                    .formatted(name, perSecond, p50Millis, p99Millis);
        }
    }

    /** @param loadPerSecond at which the latencies were measured */
    record Result(
            Reading headgate,
            Reading dbScheduler,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Reading graphile,

            double ratio,
            int jobs,
            long loadPerSecond,
            int processors) {
        String text() {
            return headgate.line("Headgate")
                    + dbScheduler.line("db-scheduler")
                    + (graphile == null ? "" : graphile.line("graphile-worker"))
                    + "ratio %.2f; %,d jobs, latencies at %,d jobs/s, %d threads, %d processors"
                            .formatted(ratio, jobs, loadPerSecond, JobContender.THREADS, processors);
        }
    }

    private final int jobs;
    private final boolean withGraphile;
    private final Consumer<String> progress;

    /** @param withGraphile whether graphile-worker is measured, too */
    JobBench(int jobs, boolean withGraphile, Consumer<String> progress) {
        this.jobs = jobs;
        this.withGraphile = withGraphile;
        this.progress = progress;
    }

    Result run(Path directory) throws Exception {
        try (DevPostgres postgres = DevPostgres.start(directory.resolve("postgres"));
                HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(postgres.dataSource());
            pool.setMaximumPoolSize(JobContender.THREADS + 5);
            migrate(postgres, directory);
            new JdbcTemplate(pool).execute(JobContender.DbScheduler.TABLE);
            JobContender headgate = new JobContender.Headgate(pool);
            JobContender other = new JobContender.DbScheduler(pool);
            JobContender third = withGraphile
                    ? new JobContender.Graphile(
                            pool, postgres.jdbcUrl().replaceFirst("jdbc:postgresql://", "postgres://postgres@"))
                    : null;
            progress.accept("Warming up ...");
            drain(headgate, WARM_UP);
            drain(other, WARM_UP);
            if (third != null) {
                drain(third, WARM_UP);
            }
            progress.accept("Executing %,d jobs with each ...".formatted(jobs));
            long ofHeadgate = drain(headgate, jobs);
            long ofOther = drain(other, jobs);
            long ofThird = third == null ? 0 : drain(third, jobs);
            long load = Math.min(ofHeadgate, ofOther) / 2;
            progress.accept("Executing %,d jobs a second with each ...".formatted(load));
            Reading first = reading(ofHeadgate, load(headgate, load));
            Reading second = reading(ofOther, load(other, load));
            double ratio = Math.round(100.0 * ofHeadgate / ofOther) / 100.0;
            return new Result(
                    first,
                    second,
                    third == null ? null : reading(ofThird, load(third, load)),
                    ratio,
                    jobs,
                    load,
                    Runtime.getRuntime().availableProcessors());
        }
    }

    private static void migrate(DevPostgres postgres, Path directory) {
        Settings settings = Settings.defaults()
                .with(
                        Map.of(
                                "headgate.database.url", postgres.jdbcUrl(),
                                "headgate.database.user", postgres.user(),
                                "headgate.database.password", postgres.password()),
                        "the benchmark");
        new Migrations(settings).apply(directory);
    }

    /** Jobs a second, from the first handler to the last. */
    private static long drain(JobContender contender, int jobs) throws Exception {
        contender.preload(jobs);
        CountDownLatch left = new CountDownLatch(jobs);
        AtomicLong began = new AtomicLong();
        JobContender.Running running = contender.start(i -> {
            if (began.get() == 0) {
                began.compareAndSet(0, System.nanoTime());
            }
            left.countDown();
        });
        try (running) {
            await(left);
            return Math.round(jobs / ((System.nanoTime() - began.get()) / 1e9));
        }
    }

    /** From before the statement that enqueues a job to its handler. */
    private static Histogram load(JobContender contender, long perSecond) throws Exception {
        int each = (int) Math.max(1, perSecond / STATEMENTS_PER_SECOND);
        int all = each * STATEMENTS_PER_SECOND * LOAD_SECONDS;
        AtomicLongArray began = new AtomicLongArray(all);
        Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(5), 3);
        CountDownLatch left = new CountDownLatch(all);
        contender.preload(0);
        JobContender.Running running = contender.start(i -> {
            long waited = System.nanoTime() - began.get((int) i);
            synchronized (micros) {
                micros.recordValue(TimeUnit.NANOSECONDS.toMicros(waited));
            }
            left.countDown();
        });
        try (running) {
            long start = System.nanoTime();
            for (int from = 0; from < all; from += each) {
                long due = start + from / each * TimeUnit.SECONDS.toNanos(1) / STATEMENTS_PER_SECOND;
                LockSupport.parkNanos(due - System.nanoTime());
                for (int i = from; i < from + each; i++) {
                    began.set(i, Math.min(due, System.nanoTime()));
                }
                running.enqueue(from, from + each);
            }
            await(left);
        }
        return micros;
    }

    private static void await(CountDownLatch left) throws InterruptedException {
        if (!left.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(left.getCount() + " jobs are left after " + LONGEST);
        }
    }

    private static Reading reading(long perSecond, Histogram micros) {
        return new Reading(
                perSecond, micros.getValueAtPercentile(50) / 1000.0, micros.getValueAtPercentile(99) / 1000.0);
    }
}

package dev.headgate.job;

import static dev.headgate.job.JobDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.guarantee.CapturedLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Who may execute a job: one process at a time, as long as it renews its lease. */
class LeaseIT {

    private static final String QUICK = "?pollInterval=50&concurrency=4";

    private final JobDatabase database = new JobDatabase();

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void no_job_is_executed_by_two_processes() throws Exception {
        AtomicInteger twice = new AtomicInteger();
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        Processor handler = exchange -> {
            if (!seen.add(exchange.getMessage().getHeader(JobHeaders.ID, Long.class))) {
                twice.incrementAndGet();
            }
        };
        database.insert(3000);
        database.start(QUICK, handler);
        database.start(QUICK, handler);

        database.awaitCount("state = 'completed'", 3000);
        assertThat(seen).hasSize(3000);
        assertThat(twice).hasValue(0);
        assertThat(database.count("attempt = 1")).isEqualTo(3000);
    }

    @Test
    void jobs_of_a_live_process_are_never_rescued_however_long_they_take() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Processor slow = exchange -> {
            calls.incrementAndGet();
            assertThat(new CountDownLatch(1).await(5, TimeUnit.SECONDS)).isFalse();
        };
        database.insert(1);
        database.start(QUICK, slow); // its lease lasts three seconds
        database.start(QUICK, slow);

        database.awaitCount("state = 'completed' and attempt = 1", 1);
        assertThat(calls).hasValue(1);
    }

    @Test
    void a_lost_job_is_rescued_counts_an_attempt_and_its_late_end_changes_nothing() throws Exception {
        CountDownLatch firstMayEnd = new CountDownLatch(1);
        CountDownLatch firstEnded = new CountDownLatch(1);
        CountDownLatch secondMayEnd = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        Processor handler = (Exchange exchange) -> {
            int attempt = attempts.incrementAndGet();
            assertThat(exchange.getMessage().getHeader(JobHeaders.ATTEMPT)).isEqualTo(attempt);
            if (attempt == 1) {
                awaitUninterrupted(firstMayEnd);
                firstEnded.countDown();
            } else {
                awaitUninterrupted(secondMayEnd);
            }
        };
        database.insert(1);
        database.start("?pollInterval=50&concurrency=1", handler);
        await().until(() -> attempts.get() == 1);
        String lease = database.text("lease::text");
        // As if it had expired, and its process were not yet aware.
        database.sql.update("delete from headgate.job_lease where id = ?::bigint", lease);
        database.start("?pollInterval=50&concurrency=1", handler);
        await().until(() -> attempts.get() == 2);
        String after = database.text("lease::text");

        firstMayEnd.countDown();
        firstEnded.await();
        await().during(Duration.ofSeconds(1))
                .until(() -> database.count("state = 'executing' and lease = " + after) == 1);
        assertThat(Long.parseLong(after)).isGreaterThan(Long.parseLong(lease));
        secondMayEnd.countDown();
        database.awaitCount("state = 'completed' and attempt = 2 and errors::text like '%its process stopped%'", 1);
    }

    @Test
    void a_process_that_cannot_renew_its_lease_ends_its_handlers_before_others_have_their_jobs() throws Exception {
        HangingDataSource hanging = new HangingDataSource(database.pool);
        JobComponent component = new JobComponent();
        component.setDataSource(hanging);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicLong interruptedNanos = new AtomicLong();
        AtomicLong againNanos = new AtomicLong();
        database.insert(1);
        CamelContext first = database.start(component, new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("job:" + database.queue + QUICK).routeId("handler").process(exchange -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interruptedNanos.set(System.nanoTime());
                        throw e;
                    }
                });
            }
        });
        begun.await();
        hanging.hang();
        try {
            database.start(QUICK, exchange -> againNanos.set(System.nanoTime()));

            database.awaitCount("state = 'completed' and attempt = 2", 1);
            assertThat(interruptedNanos).doesNotHaveValue(0);
            assertThat(againNanos.get() - interruptedNanos.get()).isPositive();
        } finally {
            hanging.goOn();
        }
        JobConsumer consumer = (JobConsumer) first.getRoute("handler").getConsumer();
        await().until(() -> consumer.getPendingExchangesSize() == 0);
        assertThat(database.count("state = 'completed' and attempt = 2 and jsonb_array_length(errors) = 1"))
                .isEqualTo(1);
    }

    @Test
    void a_rescued_job_without_another_attempt_is_discarded_and_one_with_one_is_not() {
        database.sql.update("insert into headgate.job (queue, state, attempt, max_attempts, lease) values"
                + " ('" + database.queue + "', 'executing', 2, 3, -1), ('" + database.queue
                + "', 'executing', 3, 3, -1)");
        JobTable table = new JobTable(database.pool);
        table.rescue(new LeaseTable(database.pool).lost());

        assertThat(database.count("state = 'available' and attempt = 2")).isEqualTo(1);
        assertThat(database.count("state = 'discarded' and attempt = 3")).isEqualTo(1);
        assertThat(database.sql.queryForObject(
                        "select reason from headgate.dead_letter where pipeline = ?", String.class, database.queue))
                .isEqualTo("process lost");
    }

    @Test
    void a_lease_that_somebody_has_taken_away_claims_nothing() {
        LeaseTable leases = new LeaseTable(database.pool);
        long lease = leases.take("test", Duration.ofSeconds(10));
        database.insert(2);
        JobTable table = new JobTable(database.pool);
        assertThat(table.claim(database.queue, 1, 20, lease)).hasSize(1);
        assertThat(leases.renew(lease, Duration.ofSeconds(10))).isTrue();

        leases.giveUp(lease);

        assertThat(leases.renew(lease, Duration.ofSeconds(10))).isFalse();
        assertThat(table.claim(database.queue, 1, 20, lease)).isEmpty();
    }

    @Test
    void jobs_work_again_when_the_database_does_and_not_when_the_lease_is_over() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicBoolean down = new AtomicBoolean();
        DataSource failing = new DelegatingDataSource(database.pool) {
            @Override
            public Connection getConnection() throws SQLException {
                if (down.get()) {
                    asked.incrementAndGet();
                    throw new SQLException("the database is down", "08006");
                }
                return super.getConnection();
            }
        };
        JobComponent component = new JobComponent();
        component.setDataSource(failing);
        try (CapturedLog log = new CapturedLog(JobConsumer.class.getName())) {
            database.start(component, new RouteBuilder() {
                @Override
                public void configure() {
                    from("job:" + database.queue + QUICK).process(exchange -> {});
                }
            });
            database.insert(1);
            database.awaitCount("state = 'completed'", 1);
            down.set(true);
            await().until(() -> !log.with("fails").isEmpty());
            await().until(() -> component.lease().current() == 0);
            // The thread that looks for jobs pauses for half of its delay at least, which grows to five seconds.
            int before = asked.get();
            await().until(() -> asked.get() > before + 12);
            assertThat(log.with("works again")).isEmpty();

            down.set(false);
            await().until(() -> log.with("works again").size() == 1);
        }
    }

    /** A database that does not answer, for a while. */
    private static final class HangingDataSource extends DelegatingDataSource {

        private volatile CountDownLatch answers = new CountDownLatch(0);

        HangingDataSource(DataSource database) {
            super(database);
        }

        void hang() {
            answers = new CountDownLatch(1);
        }

        void goOn() {
            answers.countDown();
        }

        @Override
        public Connection getConnection() throws SQLException {
            awaitUninterrupted(answers);
            return super.getConnection();
        }
    }

    /** As a handler that does not answer to interrupts. */
    private static void awaitUninterrupted(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // goes on
            }
        }
    }
}

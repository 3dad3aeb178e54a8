package dev.headgate.job;

import static dev.headgate.job.JobDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Unique jobs, schedules, pauses, rates, and what people decide. */
class QueueIT {

    private static final Duration HOUR = Duration.ofHours(1);

    private final JobDatabase database = new JobDatabase();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final Jobs jobs = new Jobs(database.pool, now::get, queue -> {});
    private final JobQueues queues = new JobQueues(database.pool);

    @AfterEach
    void stop() {
        database.close();
    }

    private JobOptions unique(Duration period, JobState... states) {
        return new JobOptions(database.queue, 0, null, null, new JobOptions.Unique(period, Set.of(states)));
    }

    private static NewJob job(String payload) {
        return NewJob.of(payload.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_unique_job_is_enqueued_once_within_its_window_and_again_just_after_it() {
        JobOptions options = unique(HOUR, JobState.AVAILABLE);
        assertThat(jobs.enqueue(options, List.of(job("a"), job("a"), job("b")))).hasSize(2);

        now.set(now.get().plus(HOUR).minusSeconds(30));
        assertThat(jobs.enqueue(options, List.of(job("a")))).isEmpty();
        now.set(now.get().plusSeconds(60));
        assertThat(jobs.enqueue(options, List.of(job("a")))).hasSize(1);
    }

    @Test
    void only_the_given_states_count_and_without_a_period_any_time_does() {
        JobOptions options = unique(null, JobState.AVAILABLE, JobState.COMPLETED);
        jobs.enqueue(options, List.of(job("a")));
        now.set(now.get().plus(Duration.ofDays(1000)));
        database.sql.update("update headgate.job set state = 'completed' where queue = ?", database.queue);
        assertThat(jobs.enqueue(options, List.of(job("a")))).isEmpty();

        database.sql.update("update headgate.job set state = 'discarded' where queue = ?", database.queue);
        assertThat(jobs.enqueue(options, List.of(job("a")))).hasSize(1);
    }

    @Test
    void of_many_who_enqueue_the_same_job_at_once_one_does() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            int enqueued = 0;
            for (Future<List<Long>> one : threads.invokeAll(IntStream.range(0, 6)
                    .<Callable<List<Long>>>mapToObj(i -> () -> jobs.enqueue(
                            unique(HOUR, JobState.AVAILABLE), List.of(job("y" + i), job("x"), job("z" + i))))
                    .toList())) {
                enqueued += one.get().size();
            }
            assertThat(enqueued).isEqualTo(13);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_route_makes_jobs_unique_by_an_expression() throws Exception {
        CamelContext context = database.start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .to("job:" + database.queue
                                + "?uniqueFor=forever&delay=1h&priority=3&uniqueBy=RAW(${header.order})");
            }
        });
        for (String order : List.of("1", "1", "2")) {
            context.createProducerTemplate().sendBodyAndHeader("direct:in", "body " + Math.random(), "order", order);
        }
        assertThat(database.count("state = 'scheduled' and priority = 3 and scheduled_at > now() + interval '59 min'"))
                .isEqualTo(2);
        assertThat(database.count("true")).isEqualTo(2);
    }

    @Test
    void each_run_of_a_schedule_is_enqueued_once_by_however_many_processes_and_missed_ones_as_told() {
        now.set(Instant.parse("2026-11-24T02:59:00Z"));
        QueueSchedule one = schedule(false);
        QueueSchedule other = schedule(false);
        assertThat(one.run() + other.run()).isZero();
        now.set(Instant.parse("2026-11-24T03:00:00Z"));
        assertThat(one.run() + other.run()).isEqualTo(1);
        assertThat(one.run() + other.run()).isZero();
        assertThat(database.text("scheduled_at at time zone 'UTC'")).isEqualTo("2026-11-24 03:00:00");

        now.set(Instant.parse("2026-11-27T12:00:00Z")); // three runs later
        assertThat(one.run()).isZero();
        now.set(Instant.parse("2026-11-30T12:00:00Z"));
        assertThat(schedule(true).run()).isEqualTo(3);
        assertThat(database.count("true")).isEqualTo(4);
    }

    @Test
    void a_route_with_a_schedule_makes_up_for_its_runs_across_a_change_of_the_clocks() throws Exception {
        now.set(Instant.parse("2024-03-30T12:00:00Z"));
        List<Instant> runs = new CopyOnWriteArrayList<>();
        database.start(new JobComponent(now::get), new RouteBuilder() {
            @Override
            public void configure() {
                from("job:" + database.queue
                                + "?concurrency=1&zone=Europe/Zurich&catchUp=true&schedule=RAW(30 2 * * *)")
                        .process(exchange ->
                                runs.add(exchange.getMessage().getHeader(JobHeaders.SCHEDULED_AT, Instant.class)));
            }
        });
        await().until(() ->
                queues.queues().stream().anyMatch(queue -> queue.queue().equals(database.queue)));
        assertThat(runs).isEmpty();
        now.set(Instant.parse("2024-04-02T12:00:00Z"));

        database.awaitCount("state = 'completed'", 3);
        assertThat(runs)
                .extracting(Instant::toString)
                .containsExactly("2024-03-31T01:30:00Z", "2024-04-01T00:30:00Z", "2024-04-02T00:30:00Z");
    }

    @Test
    void a_process_whose_clock_is_ahead_keeps_the_time_of_the_database() throws Exception {
        try (HikariDataSource late = database.late(Duration.ofSeconds(150))) {
            JobComponent component = new JobComponent();
            component.setDataSource(late);
            database.sql.update(
                    "insert into headgate.job_queue (name, schedule, next_run_at)"
                            + " values (?, '* * * * * UTC', date_trunc('minute', now() - interval '150 s'))",
                    database.queue);
            CamelContext context = database.start(component, new RouteBuilder() {
                @Override
                public void configure() {
                    from("job:" + database.queue + "?schedule=RAW(* * * * *)").to("log:ignored?level=OFF");
                    from("direct:in").to("job:" + database.queue + "?delay=1h");
                }
            });
            await().until(() -> database.count("true") > 0);
            assertThat(database.count("scheduled_at > now() - interval '150 s'"))
                    .isZero();
            context.createProducerTemplate().sendBody("direct:in", "later");
            assertThat(database.count(
                            "scheduled_at between now() + interval '57 min' and now() + interval '57 min 31 s'"))
                    .isEqualTo(1);
        }
    }

    private QueueSchedule schedule(boolean catchUp) {
        return new QueueSchedule(database.queue, CronSchedule.of("0 3 * * *", "UTC", catchUp), now::get, database.pool);
    }

    @Test
    void a_paused_queue_claims_nothing_until_it_is_resumed() throws Exception {
        queues.pause(database.queue);
        database.insert(5);
        database.start("?pollInterval=20", exchange -> {});
        await().during(Duration.ofMillis(700)).until(() -> database.count("state = 'available'") == 5);
        assertThat(queues.queues())
                .filteredOn(queue -> queue.queue().equals(database.queue))
                .singleElement()
                .satisfies(queue -> {
                    assertThat(queue.pausedAt()).isNotNull();
                    assertThat(queue.jobs()).containsEntry(JobState.AVAILABLE, 5L);
                });

        assertThat(queues.resume(database.queue)).isTrue();
        database.awaitCount("state = 'completed'", 5);
    }

    @Test
    void each_queue_executes_as_many_jobs_at_once_as_its_own_concurrency_and_no_more() throws Exception {
        CyclicBarrier three = new CyclicBarrier(3);
        AtomicInteger ofThree = new AtomicInteger();
        AtomicInteger mostOfThree = new AtomicInteger();
        AtomicInteger ofOne = new AtomicInteger();
        AtomicInteger mostOfOne = new AtomicInteger();
        database.insert(9);
        database.sql.update(
                "insert into headgate.job (queue) select ? from generate_series(1, 9)", database.queue + "-one");
        database.start(new RouteBuilder() {
            @Override
            public void configure() {
                from("job:" + database.queue + "?concurrency=3").process(exchange -> {
                    mostOfThree.accumulateAndGet(ofThree.incrementAndGet(), Math::max);
                    three.await(20, TimeUnit.SECONDS);
                    ofThree.decrementAndGet();
                });
                from("job:" + database.queue + "-one?concurrency=1").process(exchange -> {
                    mostOfOne.accumulateAndGet(ofOne.incrementAndGet(), Math::max);
                    ofOne.decrementAndGet();
                });
            }
        });

        database.awaitCount("state = 'completed'", 9);
        assertThat(mostOfThree).hasValue(3);
        await().until(() -> ofOne.get() == 0 && mostOfOne.get() == 1);
    }

    @Test
    void a_queue_begins_no_more_jobs_in_a_second_than_its_rate() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        database.insert(100);
        long start = System.nanoTime();
        database.start("?pollInterval=20&maxRate=20", exchange -> begun.incrementAndGet());

        await().until(() -> begun.get() >= 60);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(begun.get()).isLessThanOrEqualTo((int) (20 * (seconds + 1)));
    }

    @Test
    void people_cancel_what_has_not_ended_and_retry_what_has_with_one_more_attempt() {
        database.insert(3);
        JobSelection all = new JobSelection(List.of(), database.queue, null);
        long first = queues.find(all, 10).get(2).id();
        JobSelection one = new JobSelection(List.of(first), null, null);
        assertThat(queues.cancel(one)).isEqualTo(1);
        assertThat(queues.cancel(one)).isZero();
        assertThat(queues.find(new JobSelection(List.of(), database.queue, JobState.CANCELLED), 10))
                .extracting(JobInfo::id)
                .containsExactly(first);

        database.sql.update(
                "update headgate.job set state = 'discarded', attempt = 3, max_attempts = 3 where id = ?", first);
        assertThat(queues.retry(one)).isEqualTo(1);
        assertThat(database.count("state = 'available' and max_attempts = 4 and ended_at is null and id = " + first))
                .isEqualTo(1);
        database.sql.update("update headgate.job set state = 'executing', lease = -5 where id = ?", first);
        assertThat(queues.retry(one)).as("while it is executing").isZero();
        new JobTable(database.pool).rescue(List.of(-5L));
    }

    @Test
    void to_claim_a_few_of_many_reads_no_more_than_these_whatever_the_planner_expects() throws Exception {
        String insert = "insert into headgate.job (queue, state) select ?, ? from generate_series(1, ?)";
        database.sql.update(insert, database.queue, "completed", 20_000);
        database.sql.update(insert, database.queue, "available", 200);
        database.sql.execute("vacuum analyze headgate.job");
        database.sql.update(insert, database.queue, "available", 20_000);
        try (Connection connection = database.pool.getConnection()) {
            DataSource one = new SingleConnectionDataSource(connection, true);
            JdbcTemplate jdbc = new JdbcTemplate(one);
            long lease = new LeaseTable(one).take("a process", Duration.ofMinutes(1));
            long before = rowsRead(jdbc);

            assertThat(new JobTable(one).claim(database.queue, 200, 3, lease)).hasSize(200);

            assertThat(rowsRead(jdbc) - before).isLessThan(2_000);
            new LeaseTable(one).giveUp(lease);
        }
        database.sql.update("delete from headgate.job where queue = ?", database.queue);
    }

    @Test
    void to_claim_all_of_a_few_reads_no_more_than_these_however_many_waited_at_the_last_analysis() throws Exception {
        database.insert(20_000);
        database.sql.execute("vacuum analyze headgate.job");
        database.sql.update("update headgate.job set state = 'completed' where queue = ?", database.queue);
        database.insert(100);
        try (Connection connection = database.pool.getConnection()) {
            DataSource one = new SingleConnectionDataSource(connection, true);
            JdbcTemplate jdbc = new JdbcTemplate(one);
            long lease = new LeaseTable(one).take("a process", Duration.ofMinutes(1));
            long before = rowsRead(jdbc);

            assertThat(new JobTable(one).claim(database.queue, 2_000, 3, lease)).hasSize(100);

            assertThat(rowsRead(jdbc) - before).isLessThan(1_000);
            new LeaseTable(one).giveUp(lease);
        }
        database.sql.update("delete from headgate.job where queue = ?", database.queue);
    }

    private static long rowsRead(JdbcTemplate jdbc) {
        jdbc.execute("select pg_stat_force_next_flush()");
        return jdbc.queryForObject(
                "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'job'", Long.class);
    }
}

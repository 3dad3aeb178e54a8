package dev.headgate.job;

import static dev.headgate.job.JobDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.Replayer;
import dev.headgate.deadletter.Selection;
import dev.headgate.failure.RejectedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of jobs, in one process. */
class JobIT {

    private static final String QUICK = "?pollInterval=50&backoffBase=1&backoffCap=2";

    private final JobDatabase database = new JobDatabase();
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        database.close();
    }

    private void remember(Exchange exchange) {
        handled.add(exchange.getMessage().getBody(String.class));
    }

    @Test
    void an_attempt_that_fails_is_made_again_with_the_same_identity_until_one_succeeds() throws Exception {
        List<Message> attempts = new CopyOnWriteArrayList<>();
        database.start(QUICK, exchange -> {
            attempts.add(exchange.getMessage().copy());
            if (attempts.size() < 3) {
                throw new IllegalStateException("attempt " + attempts.size() + "\0");
            }
        });
        database.insert(1);

        database.awaitCount("state = 'completed' and ended_at is not null and lease is null", 1);
        assertThat(attempts).extracting(m -> m.getHeader(JobHeaders.ATTEMPT)).containsExactly(1, 2, 3);
        assertThat(attempts)
                .extracting(m -> m.getHeader("message-id"))
                .containsOnly(
                        database.text("(select i.id from headgate.installation i) || '-job-' || headgate.job.id"));
        assertThat(database.text("attempt || (errors ->> 0) || jsonb_array_length(errors)"))
                .contains("IllegalStateException: attempt 1\uFFFD")
                .startsWith("3")
                .endsWith("2");
        assertThat(database.sql.queryForObject(
                        "select count(*) from headgate.dead_letter where pipeline = ?", Long.class, database.queue))
                .isZero();
    }

    @Test
    void after_its_last_attempt_and_not_before_a_job_is_a_dead_letter_with_its_errors_and_can_be_replayed()
            throws Exception {
        AtomicInteger failures = new AtomicInteger(3);
        CountDownLatch second = new CountDownLatch(2);
        CamelContext context = database.start(QUICK + "&maxAttempts=3", exchange -> {
            second.countDown();
            if (failures.getAndDecrement() > 0) {
                if (exchange.getMessage().getHeader(JobHeaders.ATTEMPT, Integer.class) == 3) {
                    assertThat(deadLetters()).isEmpty();
                }
                throw new IllegalStateException("no " + exchange.getMessage().getHeader(JobHeaders.ATTEMPT));
            }
            remember(exchange);
        });
        database.insert(1);

        database.awaitCount("state = 'discarded' and attempt = 3", 1);
        assertThat(deadLetters())
                .singleElement()
                .asString()
                .startsWith("job:" + database.queue + " IllegalStateException 3 dead")
                .contains("IllegalStateException: no 1\n", "no 2\n", "no 3");
        String id = database.text("id::text");

        // Also when the job itself was pruned meanwhile.
        database.sql.update("delete from headgate.job where queue = ?", database.queue);
        Selection mine = new Selection(List.of(), DeadLetter.State.DEAD, database.queue, null, null, null, null);
        long replayed = new Replayer(database.pool, context.createProducerTemplate(), source -> true, 5)
                .send(Replayer.plan(database.pool, mine, source -> true, 5), 100, sent -> {});
        assertThat(replayed).isEqualTo(1);
        database.awaitCount("state = 'completed' and id = " + id, 1);
        assertThat(handled).containsExactly("1");
    }

    @Test
    void a_job_that_can_never_succeed_is_discarded_at_once() throws Exception {
        database.start(QUICK, exchange -> {
            throw new RejectedException("no such order", "4711");
        });
        database.insert(1);

        database.awaitCount("state = 'discarded' and attempt = 1", 1);
        assertThat(deadLetters()).singleElement().asString().contains("no such order 1 dead");
    }

    /** The session breaks between the commit of a claim and its answer: nobody was told of the jobs. */
    @Test
    void a_job_that_this_process_has_claimed_without_hearing_of_it_is_executed_as_that_attempt() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        database.start("?concurrency=2&maxAttempts=1", exchange -> {
            remember(exchange);
            if (exchange.getMessage().getBody(String.class).equals("1")) {
                end.await();
            }
        });
        database.insert(1);
        database.awaitCount("state = 'executing'", 1);
        database.sql.update("""
                insert into headgate.job (queue, state, attempt, max_attempts, attempted_at, lease, payload)
                select queue, 'executing', 1, 1, now(), lease, 'unheard' from headgate.job where queue = ?
                """, database.queue);

        database.awaitCount("state = 'completed' and attempt = 1", 1);
        end.countDown();
        database.awaitCount("state = 'completed' and attempt = 1", 2);
        assertThat(handled).containsExactlyInAnyOrder("1", "unheard");
    }

    @Test
    void a_snoozed_attempt_does_not_count_and_a_handler_can_cancel() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        database.start(QUICK + "&maxAttempts=1", exchange -> {
            if (calls.incrementAndGet() <= 3) {
                throw new SnoozeException("10ms");
            }
            throw new CancelException("no longer wanted");
        });
        database.insert(1);

        database.awaitCount("state = 'cancelled' and attempt = 1 and errors::text like '%no longer wanted%'", 1);
        assertThat(calls).hasValue(4);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void an_attempt_that_takes_too_long_is_interrupted_and_one_that_is_just_quick_enough_is_not() throws Exception {
        database.start(QUICK + "&timeout=1s&maxAttempts=1&concurrency=2", exchange -> {
            boolean slow = exchange.getMessage().getBody(String.class).equals("1");
            assertThat(new CountDownLatch(1).await(slow ? 30_000 : 700, TimeUnit.MILLISECONDS))
                    .isFalse();
        });
        database.insert(2);

        database.awaitCount("state = 'discarded' and errors::text like '%took longer than 1000 ms%'", 1);
        database.awaitCount("state = 'completed' and convert_from(payload, 'UTF8') = '2'", 1);
    }

    @Test
    void a_job_that_is_cancelled_while_it_executes_is_interrupted_and_stays_cancelled() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        database.start(QUICK, exchange -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        database.insert(1);
        begun.await();
        database.sql.update(
                "update headgate.job set state = 'cancelled', ended_at = now() where queue = ?", database.queue);

        interrupted.await();
        database.awaitCount("state = 'cancelled' and lease is null and attempt = 1", 1);
    }

    @Test
    void jobs_wait_for_their_time_and_then_come_by_priority() throws Exception {
        database.sql.update("insert into headgate.job (queue, payload, priority, scheduled_at) values"
                + " (?1, 'later', 0, now() + interval '3 s'), (?1, 'low', 9, now()), (?1, 'high', 0, now())"
                        .replace("?1", "'" + database.queue + "'"));
        assertThat(database.count("state = 'scheduled'")).isEqualTo(1);
        database.start("?concurrency=1&pollInterval=50", this::remember);

        database.awaitCount("state = 'completed'", 3);
        assertThat(handled).containsExactly("high", "low", "later");
        assertThat(database.count("attempted_at < scheduled_at")).isZero();
    }

    @Test
    void a_suspended_route_gives_back_what_no_handler_has_begun() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CamelContext context = database.start("?concurrency=1&pollInterval=50", exchange -> {
            begun.countDown();
            release.await();
            remember(exchange);
        });
        database.insert(10);
        begun.await();
        CompletableFuture<Void> suspended = CompletableFuture.runAsync(() -> suspend(context));

        database.awaitCount("state = 'available' and attempt = 0 and lease is null", 9);
        release.countDown();
        suspended.join();
        assertThat(database.count("state = 'completed'")).isEqualTo(1);
        assertThat(database.count("state = 'available'")).isEqualTo(9);
        assertThat(handled).hasSize(1);
        context.getRouteController().resumeRoute("handler");
        database.awaitCount("state = 'completed' and attempt = 1", 10);
    }

    @Test
    void listeners_hear_of_attempts() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        JobListener listener = new JobListener() {
            @Override
            public void started(String queue, Duration lag) {
                assertThat(lag).isBetween(Duration.ZERO, Duration.ofSeconds(10));
                heard.add("started");
            }

            @Override
            public void failed(String queue, Throwable cause) {
                heard.add(cause.getMessage());
            }

            @Override
            public void ended(String queue, JobState state, Duration took) {
                heard.add(state.toString());
            }
        };
        database.start(
                QUICK,
                exchange -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("first");
                    }
                },
                listener);
        database.insert(1);

        await().untilAsserted(() ->
                assertThat(heard).containsExactly("started", "first", "retryable", "started", "completed"));
    }

    private static void suspend(CamelContext context) {
        try {
            context.getRouteController().suspendRoute("handler");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> deadLetters() {
        return database.sql.queryForList(
                "select stage || ' ' || reason || ' ' || attempts || ' ' || state || E'\\n' || error"
                        + " from headgate.dead_letter where pipeline = ?",
                String.class,
                database.queue);
    }
}

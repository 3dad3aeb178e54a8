package dev.headgate.job;

import static dev.headgate.job.JobDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.batch.Batch;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.Replayer;
import dev.headgate.deadletter.Selection;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs whose route ends in a batch: done when that has committed, and each once. */
class JobBatchIT {

    private final JobDatabase database = new JobDatabase();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger outages = new AtomicInteger();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch mayCommit = new CountDownLatch(0);

    @BeforeEach
    void table() {
        database.sql.execute("create table if not exists effect (queue text, payload text)");
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void a_job_completes_when_its_batch_has_committed_and_not_before_and_is_attempted_once() throws Exception {
        mayCommit = new CountDownLatch(1);
        outages.set(2);
        database.insert(10);
        start();

        await().until(() -> attempts.get() == 10);
        await().during(Duration.ofMillis(300)).until(() -> database.count("state = 'executing'") == 10);
        mayCommit.countDown();
        database.awaitCount("state = 'completed' and attempt = 1 and lease is null", 10);
        assertThat(attempts).hasValue(10);
        assertThat(effects()).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        assertThat(outages.get()).isNegative();
    }

    @Test
    void a_job_that_was_rescued_while_it_waited_for_its_batch_takes_effect_once() throws Exception {
        mayCommit = new CountDownLatch(1);
        database.insert(1);
        start();
        await().until(() -> attempts.get() == 1);
        // As if it had expired, and its process were not yet aware.
        database.sql.update("delete from headgate.job_lease where id = ?::bigint", database.text("lease::text"));
        start();
        await().until(() -> attempts.get() == 2);

        mayCommit.countDown();
        database.awaitCount("state = 'completed' and attempt = 2", 1);
        assertThat(effects()).containsExactly("1");
    }

    @Test
    void what_the_batch_refuses_is_a_dead_letter_that_can_be_replayed_and_the_job_is_done() throws Exception {
        refused.add("2");
        database.insert(3);
        CamelContext context = start();

        database.awaitCount("state = 'completed'", 3);
        assertThat(effects()).containsExactlyInAnyOrder("1", "3");
        assertThat(letters()).containsExactly("dead job:" + database.queue + ":" + idOf("2") + " open");

        assertThat(replay(context)).isEqualTo(1);
        await().until(() -> attempts.get() == 4 && database.count("state = 'completed'") == 3);
        assertThat(letters()).as("refused again").singleElement().asString().startsWith("dead ");

        refused.clear();
        assertThat(replay(context)).isEqualTo(1);
        await().until(() -> effects().contains("2"));
        await().until(() -> letters().get(0).matches("replayed .* settled"));
        database.awaitCount("state = 'completed'", 3);
        assertThat(effects()).hasSize(3);
    }

    private CamelContext start() throws Exception {
        return database.start(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("batch:" + database.queue + "?linger=100&maxSize=10&lanes=1&backoffBase=1&maxRejected=1")
                        .process(exchange -> write(exchange));
                from("job:" + database.queue + "?concurrency=10&pollInterval=50")
                        .routeId(database.queue)
                        .process(exchange -> attempts.incrementAndGet())
                        .to("batch:" + database.queue);
            }
        });
    }

    private void write(Exchange exchange) throws InterruptedException {
        Batch batch = exchange.getMessage().getBody(Batch.class);
        for (Message message : batch.freshMessages()) {
            String payload = new String(message.payload(), StandardCharsets.UTF_8);
            if (refused.contains(payload)) {
                throw new RejectedException("refused", payload);
            }
            database.sql.update("insert into effect values (?, ?)", database.queue, payload);
        }
        mayCommit.await();
        if (outages.getAndDecrement() > 0) {
            throw new IllegalStateException("the database is away");
        }
    }

    private List<String> effects() {
        return database.sql.queryForList("select payload from effect where queue = ?", String.class, database.queue);
    }

    private String idOf(String payload) {
        return database.sql.queryForObject(
                "select id::text from headgate.job where queue = ? and convert_from(payload, 'UTF8') = ?",
                String.class,
                database.queue,
                payload);
    }

    private List<String> letters() {
        return database.sql.queryForList(
                "select state || ' ' || source || case when settled_at is null then ' open' else ' settled' end"
                        + " from headgate.dead_letter where pipeline = ?",
                String.class,
                database.queue);
    }

    private long replay(CamelContext context) {
        Selection mine = new Selection(List.of(), DeadLetter.State.DEAD, database.queue, null, null, null, null);
        return new Replayer(database.pool, context.createProducerTemplate(), source -> true, 5)
                .send(Replayer.plan(database.pool, mine, source -> true, 5), 100, sent -> {});
    }
}

package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** How jobs come to be: from a route, a batch, Java and SQL. */
class EnqueueIT {

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
    void a_job_exists_if_and_only_if_the_transaction_that_enqueued_it_commits() throws Exception {
        CamelContext context = database.start(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:enqueue").transacted().to("job:" + database.queue).process(exchange -> {
                    if (exchange.getMessage().getBody(String.class).equals("bad")) {
                        throw new IllegalStateException("after the job was enqueued");
                    }
                });
            }
        });

        assertThat(context.createProducerTemplate()
                        .send("direct:enqueue", e -> e.getMessage().setBody("bad"))
                        .isFailed())
                .isTrue();
        assertThat(database.count("true")).isZero();
        context.createProducerTemplate().sendBodyAndHeader("direct:enqueue", "good", "tenant", "a");
        assertThat(database.text("state || convert_from(payload, 'UTF8') || (headers ->> 'tenant')"))
                .isEqualTo("availablegooda");
    }

    @Test
    void the_java_method_enqueues_in_the_transaction_of_its_thread_and_the_job_begins_at_its_commit() throws Exception {
        Jobs jobs = database.jobs(database.start("?pollInterval=1h", this::remember));
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database.pool));
        transaction.executeWithoutResult(status -> {
            jobs.enqueue(database.queue, "bad".getBytes(StandardCharsets.UTF_8));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(
                status -> jobs.enqueue(database.queue, "good".getBytes(StandardCharsets.UTF_8)));

        database.awaitCount("state = 'completed'", 1);
        assertThat(handled).containsExactly("good");
        assertThat(database.count("true")).isEqualTo(1);
    }

    @Test
    void the_statement_of_the_documentation_enqueues() throws Exception {
        Matcher statement = Pattern.compile("`(insert into headgate.job [^`]+)`")
                .matcher(Files.readString(Path.of("src/docs/jobs.md")));
        assertThat(statement.find()).isTrue();
        database.sql.execute(statement.group(1).replace("send-receipt", database.queue));
        database.start("", this::remember);

        database.awaitCount("state = 'completed' and priority = 0 and attempt = 1", 1);
        assertThat(handled).containsExactly("{\"order\":\"4711\"}");
    }

    @Test
    void a_batch_enqueues_all_its_fresh_messages_in_one_statement_of_its_transaction() throws Exception {
        CamelContext context = database.start(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:in").routeId(database.queue).to("batch:" + database.queue);
                from("batch:" + database.queue + "?linger=10s&maxSize=50&lanes=1")
                        .to("job:" + database.queue);
            }
        });
        for (int i = 0; i < 50; i++) {
            String body = String.valueOf(i);
            String id = i == 7 ? "m6" : "m" + i;
            Exchange sent = context.createProducerTemplate().send("direct:in", exchange -> {
                new SourcePosition.Kafka("orders", 0, Long.parseLong(body))
                        .enter(exchange, new SynchronizationAdapter());
                exchange.getMessage().setBody(body);
                exchange.getMessage().setHeader("message-id", id);
            });
            assertThat(sent.getException()).isNull();
        }

        database.awaitCount("true", 49);
        // The command within its transaction that inserted a row.
        assertThat(database.sql.queryForObject(
                        "select count(distinct xmin::text || ' ' || cmin::text) from headgate.job where queue = ?",
                        Long.class,
                        database.queue))
                .isEqualTo(1);
        assertThat(database.count("(convert_from(payload, 'UTF8') = '7' or headers ->> 'message-id' is not null)"))
                .isZero();
    }

    @Test
    void thousands_of_unique_jobs_are_one_lock_and_still_unique() throws Exception {
        Jobs jobs = database.jobs(database.start("?pollInterval=1h", this::remember));
        JobOptions unique =
                new JobOptions(database.queue, 0, null, null, new JobOptions.Unique(null, Set.of(JobState.values())));
        List<NewJob> many = IntStream.range(0, 2_000)
                .mapToObj(i -> NewJob.of(("many-" + i).getBytes(StandardCharsets.UTF_8)))
                .toList();
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database.pool));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<List<Long>> few = transaction.execute(status -> {
                assertThat(jobs.enqueue(unique, many)).hasSize(2_000);
                assertThat(database.sql.queryForObject(
                                "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
                                Long.class))
                        .isEqualTo(1);
                Future<List<Long>> waiting = other.submit(() -> jobs.enqueue(
                        unique, List.of(many.get(7), NewJob.of("one more".getBytes(StandardCharsets.UTF_8)))));
                JobDatabase.await()
                        .until(() -> new JdbcTemplate(database.pool)
                                        .queryForObject(
                                                "select count(*) from pg_stat_activity where wait_event = 'advisory'",
                                                Long.class)
                                == 1);
                return waiting;
            });
            assertThat(few.get(10, TimeUnit.SECONDS)).hasSize(1);
        } finally {
            other.shutdownNow();
        }
    }
}

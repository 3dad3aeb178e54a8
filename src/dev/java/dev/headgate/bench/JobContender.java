package dev.headgate.bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.headgate.job.JobComponent;
import dev.headgate.job.JobOptions;
import dev.headgate.job.NewJob;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Something that executes jobs with an empty handler; numbers name them. Both get as many threads. */
interface JobContender {

    int THREADS = 20;
    Duration POLL = Duration.ofMillis(100);

    /** Puts so many jobs into the empty table before anything is started. */
    void preload(int jobs) throws Exception;

    /** Starts; the handler gets the number of each job. Closing stops it. */
    Running start(LongConsumer handler) throws Exception;

    /** Started. */
    interface Running extends AutoCloseable {
        /** Enqueues the jobs of these numbers, from one to before the other, due now, in one statement. */
        void enqueue(long from, long to);

        @Override
        void close();
    }

    /** {@code job:} of Headgate. */
    final class Headgate implements JobContender {

        private final DataSource dataSource;

        Headgate(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        @Override
        public void preload(int jobs) {
            JdbcTemplate sql = new JdbcTemplate(dataSource);
            sql.execute("truncate headgate.job");
            sql.update(
                    "insert into headgate.job (queue, payload) select 'bench', convert_to(i::text, 'UTF8')"
                            + " from generate_series(0, ?) i",
                    jobs - 1);
            sql.execute("vacuum analyze headgate.job");
        }

        @Override
        public Running start(LongConsumer handler) throws Exception {
            JobComponent component = new JobComponent();
            component.setDataSource(dataSource);
            DefaultCamelContext context = new DefaultCamelContext();
            context.addComponent("job", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("job:bench?concurrency=" + THREADS + "&pollInterval=" + POLL.toMillis())
                            .process(exchange -> handler.accept(Long.parseLong(
                                    new String(exchange.getMessage().getBody(byte[].class), StandardCharsets.UTF_8))));
                }
            });
            context.start();
            return new Running() {
                @Override
                public void enqueue(long from, long to) {
                    component
                            .jobs()
                            .enqueue(
                                    JobOptions.of("bench"),
                                    LongStream.range(from, to)
                                            .mapToObj(i ->
                                                    NewJob.of(Long.toString(i).getBytes(StandardCharsets.UTF_8)))
                                            .toList());
                }

                @Override
                public void close() {
                    context.stop();
                }
            };
        }
    }

    /** db-scheduler, polling with lock-and-fetch, a one-time task each. */
    final class DbScheduler implements JobContender {

        static final double LOWER = 4;
        static final double UPPER = 20;

        // As its documentation has it.
        static final String TABLE = """
                create table scheduled_tasks (
                    task_name text not null, task_instance text not null, task_data bytea,
                    execution_time timestamp with time zone, picked boolean not null, picked_by text,
                    last_success timestamp with time zone, last_failure timestamp with time zone,
                    consecutive_failures int, last_heartbeat timestamp with time zone,
                    version bigint not null, priority smallint,
                    primary key (task_name, task_instance));
                create index execution_time_idx on scheduled_tasks (execution_time);
                create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);
                """;

        private final DataSource dataSource;

        DbScheduler(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        @Override
        public void preload(int jobs) {
            JdbcTemplate sql = new JdbcTemplate(dataSource);
            sql.execute("truncate scheduled_tasks");
            sql.update(
                    "insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)"
                            + " select 'bench', i::text, now(), false, 1 from generate_series(0, ?) i",
                    jobs - 1);
            sql.execute("vacuum analyze scheduled_tasks");
        }

        @Override
        public Running start(LongConsumer handler) {
            OneTimeTask<Void> task = Tasks.oneTime("bench")
                    .execute((instance, context) -> handler.accept(Long.parseLong(instance.getId())));
            Scheduler scheduler = Scheduler.create(dataSource, task)
                    .threads(THREADS)
                    .pollingInterval(POLL)
                    .pollUsingLockAndFetch(LOWER, UPPER)
                    .enableImmediateExecution()
                    .build();
            scheduler.start();
            return new Running() {
                @Override
                public void enqueue(long from, long to) {
                    Instant now = InstantSource.system().instant();
                    List<TaskInstance<?>> instances = new ArrayList<>();
                    LongStream.range(from, to).forEach(i -> instances.add(task.instance(Long.toString(i))));
                    scheduler.scheduleBatch(instances, now);
                }

                @Override
                public void close() {
                    scheduler.stop();
                }
            };
        }
    }

    /** graphile-worker, a process of Node.js, with its batching; a job it has handled is known here when it has said so. */
    final class Graphile implements JobContender {
        private static final String ADD = """
                select count(*) from graphile_worker.add_jobs(array(
                    select row('bench', json_build_object('i', i), null, null, null, null, null, null)::graphile_worker.job_spec
                    from generate_series(cast(? as bigint), ? - 1) i))
                """;

        private final DataSource dataSource;
        private final String url;
        private @Nullable Process node;

        Graphile(DataSource dataSource, String url) {
            this.dataSource = dataSource;
            this.url = url;
        }

        /** Starts the process, too, up to where it would take jobs: a JVM is there already. */
        @Override
        public void preload(int jobs) throws IOException {
            Path folder = Path.of(System.getProperty("headgate.home", ""), "target", "graphile");
            if (!Files.isDirectory(folder.resolve("node_modules"))) {
                throw new IllegalStateException(folder.resolve("node_modules")
                        + " is missing: run ./headgate bench jobs --graphile of a checkout, which fetches it.");
            }
            node = new ProcessBuilder(
                            "node",
                            folder.resolve("worker.js").toString(),
                            url,
                            String.valueOf(THREADS),
                            String.valueOf(POLL.toMillis()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!"ready".equals(said(node).readLine())) {
                throw new IllegalStateException("graphile-worker did not start");
            }
            add(0, jobs);
            new JdbcTemplate(dataSource).execute("vacuum analyze graphile_worker._private_jobs");
        }

        private void add(long from, long to) {
            new JdbcTemplate(dataSource).queryForObject(ADD, Long.class, from, to);
        }

        private static BufferedReader said(Process process) {
            return process.inputReader(StandardCharsets.UTF_8);
        }

        @Override
        public Running start(LongConsumer handler) throws IOException {
            Process started = Objects.requireNonNull(node);
            new Thread(
                            () -> said(started).lines().forEach(number -> handler.accept(Long.parseLong(number))),
                            "graphile")
                    .start();
            started.outputWriter(StandardCharsets.UTF_8).append("go\n").flush();
            return new Running() {
                @Override
                public void enqueue(long from, long to) {
                    add(from, to);
                }

                @Override
                public void close() {
                    try {
                        started.getOutputStream().close();
                        if (!started.waitFor(10, TimeUnit.SECONDS)) {
                            started.destroyForcibly();
                        }
                    } catch (IOException notThere) {
                        started.destroyForcibly();
                    } catch (InterruptedException interrupted) {
                        started.destroyForcibly();
                        Thread.currentThread().interrupt();
                    }
                }
            };
        }
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.app.Headgate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Processor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions of people about the jobs of two Headgates that execute them: one with JMX, and one more. */
class JobQueuesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROUTE = """
            - route:
                id: work
                from:
                  uri: job:work
                  parameters: { concurrency: 1, pollInterval: 50ms }
                  steps:
                    - process: { ref: handler }
            """;

    @TempDir
    Path routes;

    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Test
    void an_executing_job_is_cancelled_and_a_queue_is_paused_for_all_processes_and_for_one() throws Exception {
        Files.writeString(routes.resolve("work.camel.yaml"), ROUTE);
        try (Pipeline pipeline = new Pipeline(1)) {
            start(pipeline, "one");
            long id = JSON.readTree(run(pipeline, "enqueue work block --json"))
                    .get("id")
                    .asLong();
            Pipeline.await().until(() -> executed.contains("one block"));
            assertThat(run(pipeline, "list --state executing")).containsPattern(id + " +work +executing +1/20 ");
            assertThat(run(pipeline, "show " + id))
                    .contains("process     headgate of process "
                            + ProcessHandle.current().pid());
            assertThat(run(pipeline, "cancel " + id)).isEqualTo("1 job is cancelled.\n");
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            Pipeline.await().until(() -> count(pipeline, "state = 'cancelled' and lease is null") == 1);

            start(pipeline, "two");
            run(pipeline, "pause work");
            enqueue(pipeline, 4);
            Pipeline.await().during(Duration.ofMillis(700)).until(() -> count(pipeline, "state = 'available'") == 4);
            JsonNode queue = JSON.readTree(run(pipeline, "queues --json")).get(0);
            assertThat(queue.get("paused").isNull()).isFalse();
            run(pipeline, "resume work");
            Pipeline.await().until(() -> count(pipeline, "state = 'completed'") == 4);

            Jmx.invoke("routes", "work", "suspend");
            executed.clear();
            enqueue(pipeline, 50);
            Pipeline.await().until(() -> count(pipeline, "state = 'completed'") == 54);
            assertThat(executed).hasSize(50).containsOnly("two job");
            Jmx.invoke("routes", "work", "resume");
            Pipeline.await().until(() -> {
                enqueue(pipeline, 5);
                return executed.contains("one job");
            });
        }
    }

    private Headgate start(Pipeline pipeline, String name) {
        Processor handler = exchange -> {
            String body = exchange.getMessage().getBody(String.class);
            executed.add(name + " " + body);
            if (body.equals("block")) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            }
        };
        return pipeline.start(routes, Map.of(), Map.of("handler", handler));
    }

    private static void enqueue(Pipeline pipeline, int jobs) {
        pipeline.execute(
                "insert into headgate.job (queue, payload) select 'work', 'job' from generate_series(1, " + jobs + ")");
    }

    private static long count(Pipeline pipeline, String condition) {
        return pipeline.count("select count(*) from headgate.job where " + condition);
    }

    private static String run(Pipeline pipeline, String words) {
        return HeadgateCommand.jobs(pipeline, words).succeeded().out();
    }
}

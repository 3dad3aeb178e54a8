package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.batch.BatchListener;
import dev.headgate.batch.Held;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.camel.support.ScheduledPollConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that is polled obeys the same inflight limit as Kafka's consumer, without being told to. */
class PollerIT {

    private static final int LETTERS = 300;
    private static final int POLL = 10;
    private static final int LIMIT = 100;
    private static final String WRITTEN = "select count(*) from written";
    private static final String ROUTES = """
            - route:
                id: letters
                from:
                  uri: aws2-sqs:{{orders.queue}}
                  parameters: { maxMessagesPerPoll: 10, waitTimeSeconds: 1 }
                  steps:
                    - to: { uri: batch:letters }
            - route:
                id: letters-write
                from:
                  uri: batch:letters
                  parameters: { maxSize: 40, linger: 10ms, lanes: 1 }
                  steps:
                    - to: { uri: "sql:file:{{headgate.routes}}/letters.sql" }
            """;
    private static final String WRITE = """
            insert into written select (value ->> 'id')::int from json_array_elements(cast(:#${body.fresh} as json))
            """;

    @TempDir
    private Path folder;

    @Test
    void the_poller_is_suspended_at_the_limit_and_while_its_batch_is_held_and_goes_on_by_itself()
            throws IOException, SQLException {
        Files.writeString(folder.resolve("letters.camel.yaml"), ROUTES);
        Files.writeString(folder.resolve("letters.sql"), WRITE);
        try (SqsPipeline pipeline = new SqsPipeline()) {
            Pipeline tables = pipeline.tables;
            tables.execute("create table written (id int primary key)");
            try (Connection lock = tables.lock("written");
                    Headgate headgate = start(pipeline)) {
                ScheduledPollConsumer poller = (ScheduledPollConsumer)
                        headgate.camelContext().getRoute("letters").getConsumer();
                InflightLimit limit =
                        headgate.camelContext().getRegistry().lookupByNameAndType("inflightLimit", InflightLimit.class);
                SourceInflight letters = limit.source("letters");
                put(pipeline, 1, LETTERS);

                tables.awaitWaitingForLocks(1);
                Pipeline.await().until(poller::isSuspended);
                long waiting = letters.messages();
                assertThat(waiting).isBetween((long) LIMIT, (long) LIMIT + POLL - 1);
                assertThat(limit.messages()).isEqualTo(waiting);
                Pipeline.await()
                        .during(Duration.ofSeconds(1))
                        .until(() -> poller.isSuspended() && letters.messages() == waiting);

                lock.rollback();
                Pipeline.await()
                        .untilAsserted(() -> assertThat(tables.count(WRITTEN)).isEqualTo(LETTERS));
                assertThat(letters.highestMessages()).isLessThan(LIMIT + POLL);
                Pipeline.await().until(() -> letters.messages() == 0 && limit.bytes() == 0);

                BatchListener held =
                        headgate.camelContext().getRegistry().lookupByNameAndType("heldPipelines", BatchListener.class);
                held.holding(new Held("letters", Set.of("letters"), "the test says so", Instant.now()));
                Pipeline.await().atMost(Duration.ofSeconds(1)).until(poller::isSuspended);
                put(pipeline, LETTERS + 1, LETTERS + 10);
                Pipeline.await()
                        .during(Duration.ofSeconds(1))
                        .until(() -> poller.isSuspended() && tables.count(WRITTEN) == LETTERS);
                held.released("letters");
                Pipeline.await()
                        .untilAsserted(() -> assertThat(tables.count(WRITTEN)).isEqualTo(LETTERS + 10));
                assertThat(poller.isSuspended()).isFalse();
            }
        }
    }

    @Test
    void a_route_that_somebody_suspended_stays_suspended_when_there_is_room_again() throws Exception {
        Files.writeString(folder.resolve("letters.camel.yaml"), ROUTES);
        Files.writeString(folder.resolve("letters.sql"), WRITE);
        try (SqsPipeline pipeline = new SqsPipeline()) {
            Pipeline tables = pipeline.tables;
            tables.execute("create table written (id int primary key)");
            try (Headgate headgate = start(pipeline)) {
                ScheduledPollConsumer poller = (ScheduledPollConsumer)
                        headgate.camelContext().getRoute("letters").getConsumer();
                BatchListener held =
                        headgate.camelContext().getRegistry().lookupByNameAndType("heldPipelines", BatchListener.class);
                held.holding(new Held("letters", Set.of("letters"), "the test says so", Instant.now()));
                Pipeline.await().until(poller::isSuspended);
                headgate.camelContext().getRouteController().suspendRoute("letters");
                held.released("letters");
                put(pipeline, 1, 10);
                Pipeline.await()
                        .during(Duration.ofSeconds(1))
                        .until(() -> poller.isSuspended() && tables.count(WRITTEN) == 0);
                headgate.camelContext().getRouteController().resumeRoute("letters");
                Pipeline.await()
                        .untilAsserted(() -> assertThat(tables.count(WRITTEN)).isEqualTo(10));
            }
        }
    }

    private Headgate start(SqsPipeline pipeline) {
        return pipeline.start(
                folder,
                Map.of(
                        "headgate.inflight.source.max-messages",
                        String.valueOf(LIMIT),
                        "camel.main.shutdown-timeout",
                        "10"),
                Map.of());
    }

    private static void put(SqsPipeline pipeline, int first, int last) {
        for (int id = first; id <= last; id++) {
            pipeline.send("{\"id\": " + id + "}", "letter-" + id, null);
        }
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link SplitIT}, of a queue: a message is deleted when all its parts are written. */
class SqsSplitIT {

    private static final String ROUTES = """
            - route:
                id: lines
                from:
                  uri: aws2-sqs:{{orders.queue}}
                  steps:
                    - split:
                        tokenize: { token: "\\n" }
                        steps:
                          - to: batch:lines
            - route:
                id: lines-write
                from:
                  uri: batch:lines
                  parameters: { linger: 10ms, lanes: 1, maxSize: 2, backoffBase: 10, backoffCap: 50 }
                  steps:
                    - to: "sql:insert into got select value from json_array_elements_text(cast(:#${body.fresh} as json))"
            """;

    private static SqsPipeline pipeline;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startServers() {
        pipeline = new SqsPipeline();
        pipeline.tables.migrate();
    }

    @AfterAll
    static void stopServers() {
        pipeline.close();
    }

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("lines.camel.yaml"), ROUTES);
        pipeline.tables.execute("drop table if exists got");
        pipeline.tables.execute("create table got (body text unique check (body <> 'refused'))");
    }

    /** The process is killed when two of three parts are written: the batch of the third waits for a lock. */
    @Test
    void killed_between_the_parts_each_is_applied_once_and_the_message_is_deleted_after_the_last() throws Exception {
        Map<String, String> properties = new HashMap<>(pipeline.properties());
        properties.put("camel.component.aws2-sqs.visibility-timeout", "2");
        pipeline.send("\"a\"\n\"b\"\n\"c\"", "killed", null);
        try (Connection other = pipeline.tables.connect();
                Statement waitedFor = other.createStatement()) {
            other.setAutoCommit(false);
            waitedFor.execute("insert into got values ('c')");
            try (ChildProcess child = ChildProcess.run(pipeline.tables, folder, properties)) {
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.tables.texts("select body from got"))
                        .as(child::output)
                        .containsExactlyInAnyOrder("a", "b"));
                pipeline.tables.awaitWaitingForLocks(1);
                assertThat(pipeline.visibleAndInFlight()).isEqualTo("0 1");
            }
        }
        assertThat(pipeline.visibleAndInFlight()).isIn("0 1", "1 0");
        try (ChildProcess child = ChildProcess.run(pipeline.tables, folder, properties)) {
            pipeline.awaitEmpty();
            assertThat(child.isAlive()).as(child::output).isTrue();
        }
        assertThat(pipeline.tables.texts("select body from got")).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void a_part_is_refused_and_replayed_alone() throws IOException {
        try (Headgate headgate = pipeline.start(folder, Map.of(), Map.of())) {
            pipeline.send("\"a\"\n\"refused\"\n\"c\"", null, null);
            pipeline.awaitEmpty();
            assertThat(pipeline.tables.texts("select body from got")).containsExactlyInAnyOrder("a", "c");
            assertThat(pipeline.tables.texts(
                            "select stage || ' ' || reason || ' ' || regexp_replace(source, '[0-9a-f-]{36}', 'ID')"
                                    + " from headgate.dead_letter"))
                    .containsExactly("lines SQLSTATE 23514 sqs:orders:ID#1");

            pipeline.tables.execute("alter table got drop constraint got_body_check");
            HeadgateCommand.run(folder, pipeline.properties(), List.of("dead-letters", "replay", "--all"))
                    .succeeded();
            pipeline.awaitEmpty();
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.tables.texts(
                            "select state || ' ' || (settled_at is not null) from headgate.dead_letter"))
                    .containsExactly("replayed true"));
            assertThat(pipeline.tables.texts("select body from got")).containsExactlyInAnyOrder("a", "refused", "c");
            assertThat(headgate.camelContext().isStarted()).isTrue();
        }
    }
}

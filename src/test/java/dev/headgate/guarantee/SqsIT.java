package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Promises 1, 2 and 6 for a queue of SQS, with the shipped files. */
class SqsIT {

    private static final String ORDER_ID = """
                - name: order-id
                  type: dev.headgate.message.JsonField
                  constructors:
                    "0": order_id
            """;

    @Test
    void a_message_that_is_delivered_again_before_its_delete_is_applied_once() throws SQLException {
        try (SqsPipeline pipeline = new SqsPipeline()) {
            pipeline.tables.migrate();
            try (Connection lock = pipeline.tables.lockOrders();
                    Headgate headgate = pipeline.start(Map.of(
                            "camel.component.aws2-sqs.visibility-timeout", "1",
                            "camel.component.aws2-sqs.extend-message-visibility", "false"))) {
                // Without a key of its own: known by the id that SQS gave.
                pipeline.send(Orders.json("o", 1), null, null);
                Pipeline.await()
                        .until(() -> pipeline.tables.count(
                                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                                > 0);
                Pipeline.await().until(() -> pipeline.inFlight(headgate) > 2);
                lock.rollback();
                pipeline.awaitEmpty();
                Pipeline.await().until(() -> pipeline.inFlight(headgate) == 0);
                assertThat(pipeline.tables.count("select count(*) from headgate.outbox"))
                        .isEqualTo(1);
                assertThat(pipeline.tables.count("select count(*) from headgate.ledger where key = '@at:' || source"))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void a_message_is_deleted_only_after_the_commit_and_stays_invisible_until_then() throws SQLException {
        try (SqsPipeline pipeline = new SqsPipeline()) {
            pipeline.tables.migrate();
            try (Connection lock = pipeline.tables.lockOrders();
                    Headgate headgate = pipeline.start(Map.of("camel.component.aws2-sqs.visibility-timeout", "4"))) {
                for (int i = 0; i < 25; i++) {
                    pipeline.sendOrder("o" + i, "a" + i, 1);
                }
                Pipeline.await().until(() -> pipeline.inFlight(headgate) == 25);
                Pipeline.await()
                        .during(Duration.ofSeconds(6))
                        .until(() -> pipeline.visibleAndInFlight().equals("0 25") && pipeline.inFlight(headgate) == 25);
                lock.rollback();
                pipeline.awaitEmpty();
                assertThat(pipeline.tables.count("select count(*) from orders")).isEqualTo(25);
            }
        }
    }

    @Test
    void a_field_of_the_body_is_the_idempotency_key_if_the_yaml_says_so(@TempDir Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        Path file = folder.resolve("sqs/orders.camel.yaml");
        String yaml = "- beans:\n" + ORDER_ID + Files.readString(file).replace("ref: messageId", "ref: order-id");
        Files.writeString(file, yaml);
        try (SqsPipeline pipeline = new SqsPipeline();
                Headgate headgate = pipeline.start(folder.resolve("sqs"), Map.of(), Map.of())) {
            pipeline.sendOrder("o", "a", 1);
            pipeline.sendOrder("o", "b", 1);
            pipeline.sendOrder("p", "a", 1);
            pipeline.awaitEmpty();
            Pipeline.await().until(() -> pipeline.inFlight(headgate) == 0);
            assertThat(pipeline.tables.texts("select key from headgate.ledger order by key"))
                    .containsExactly("o", "p");
            assertThat(pipeline.tables.count("select count(*) from headgate.outbox"))
                    .isEqualTo(2);
        }
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What fails before its batch comes again, later each time, and is a dead letter before SQS moves it. */
class SqsRedeliveryIT {

    private static final Duration EARLY = Duration.ofMillis(100);
    private static final Duration LATE = Duration.ofSeconds(3);

    @Test
    void a_failed_message_comes_again_after_a_delay_that_grows(@TempDir Path folder) throws IOException {
        SqsLookup lookup = new SqsLookup((id, times) -> id.equals("bad") && times < 4);
        try (SqsPipeline pipeline = new SqsPipeline();
                Headgate headgate = pipeline.start(SqsLookup.routes(folder), Map.of(), Map.of("lookup", lookup))) {
            pipeline.sendOrder("a", "bad", 1);
            pipeline.sendOrder("b", "good", 1);
            pipeline.awaitEmpty();

            assertThat(lookup.gaps("bad")).hasSize(3);
            for (int i = 0; i < 3; i++) {
                Duration delay = Duration.ofSeconds(1L << i);
                assertThat(lookup.gaps("bad").get(i)).isBetween(delay.minus(EARLY), delay.plus(LATE));
            }
            assertThat(lookup.asked("good")).isEqualTo(1);
            assertThat(pipeline.tables.count("select count(*) from orders")).isEqualTo(2);
            assertThat(pipeline.tables.count("select count(*) from headgate.dead_letter"))
                    .isZero();
            assertThat(headgate.camelContext().isStarted()).isTrue();
        }
    }

    @Test
    void a_message_that_sqs_would_move_is_a_dead_letter_with_its_reason_first(@TempDir Path folder) throws IOException {
        SqsLookup lookup = new SqsLookup((id, times) -> id.equals("bad"));
        try (SqsPipeline pipeline = redriveAfter(2);
                Headgate headgate = pipeline.start(SqsLookup.routes(folder), Map.of(), Map.of("lookup", lookup))) {
            pipeline.sendOrder("a", "bad", 1);
            pipeline.sendOrder("b", "good", 1);
            pipeline.awaitEmpty();

            assertThat(headgate.camelContext().isStarted()).isTrue();
            assertThat(lookup.asked("bad")).isEqualTo(2);
            assertThat(pipeline.tables.text("select stage || ', ' || reason from headgate.dead_letter"))
                    .isEqualTo("orders-lookup, last of 2 receives: SQLSTATE 08006");
            assertThat(pipeline.visibleAndInFlight(pipeline.url("moved"))).isEqualTo("0 0");
            assertThat(pipeline.tables.texts("select order_id from orders")).containsExactly("b");
        }
    }

    @Test
    void a_good_message_on_its_last_receive_is_applied_however_long_the_database_takes() throws SQLException {
        try (SqsPipeline pipeline = redriveAfter(1)) {
            pipeline.tables.migrate();
            try (Connection lock = pipeline.tables.lockOrders();
                    Headgate headgate = pipeline.start(Map.of("camel.component.aws2-sqs.visibility-timeout", "2"))) {
                pipeline.sendOrder("a", "a", 1);
                Pipeline.await().until(() -> pipeline.inFlight(headgate) == 1);
                Pipeline.await().during(Duration.ofSeconds(5)).until(() -> pipeline.visibleAndInFlight()
                        .equals("0 1"));
                lock.rollback();
                pipeline.awaitEmpty();
                assertThat(pipeline.tables.texts("select order_id from orders")).containsExactly("a");
                assertThat(pipeline.tables.count("select count(*) from headgate.dead_letter"))
                        .isZero();
                assertThat(pipeline.visibleAndInFlight(pipeline.url("moved"))).isEqualTo("0 0");
            }
        }
    }

    private static SqsPipeline redriveAfter(int receives) {
        SqsPipeline pipeline = new SqsPipeline();
        pipeline.sqs.createQueue("moved", Map.of());
        pipeline.configure(Map.of(
                QueueAttributeName.REDRIVE_POLICY,
                "{\"deadLetterTargetArn\":\"arn:aws:sqs:elasticmq:000000000000:moved\",\"maxReceiveCount\":" + receives
                        + "}"));
        return pipeline;
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.guarantee.BadInput.Case;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Promises 1 and 6: whatever arrives is applied or a dead letter, and harms nothing beside it. */
class BadInputIT {

    private static final List<Case> CASES = BadInput.cases();

    private static Pipeline pipeline;

    /** On one partition: a neighbour, the case, a neighbour; so the case number i has the offset 3 i + 1. */
    @BeforeAll
    static void run() {
        pipeline = new Pipeline(1);
        for (int i = 0; i < CASES.size(); i++) {
            pipeline.sendOrder("before-" + i, "before-" + i, 1);
            pipeline.send(message(CASES.get(i)));
            pipeline.sendOrder("after-" + i, "after-" + i, 1);
        }
        pipeline.flush();
        pipeline.start();
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(3L * CASES.size()));
    }

    @AfterAll
    static void stop() {
        pipeline.close();
    }

    static List<Case> cases() {
        return CASES;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void ends_as_the_table_says(Case input) throws SQLException {
        int number = CASES.indexOf(input);
        String source = pipeline.topic + "-0-" + (3 * number + 1);
        assertThat(ends(source)).containsExactly(input.end());
        if (input.end().equals("applied")) {
            assertThat(count("select count(*) from orders where order_id = ?", "case-" + number))
                    .isEqualTo(1);
            assertThat(count("select count(*) from headgate.outbox where key = ?", "case-" + number))
                    .isEqualTo(1);
        } else {
            assertThat(payload(source)).isEqualTo(input.value());
            assertThat(count("select count(*) from orders where order_id = ?", "case-" + number))
                    .isEqualTo(0);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void leaves_its_neighbours_unharmed(Case input) throws SQLException {
        int number = CASES.indexOf(input);
        for (String neighbour : List.of("before-" + number, "after-" + number)) {
            assertThat(count("select count(*) from orders where order_id = ?", neighbour))
                    .isEqualTo(1);
            assertThat(count("select count(*) from headgate.outbox where key = ?", neighbour))
                    .isEqualTo(1);
        }
    }

    @Test
    void every_message_is_accounted_for() {
        long refused =
                CASES.stream().filter(input -> !input.end().equals("applied")).count();
        assertThat(pipeline.count("select count(*) from headgate.dead_letter")).isEqualTo(refused);
        assertThat(pipeline.count("select count(*) from headgate.ledger")).isEqualTo(3L * CASES.size() - refused);
        assertThat(pipeline.count("select count(*) from headgate.outbox")).isEqualTo(3L * CASES.size() - refused);
    }

    @Test
    void binary_headers_are_kept() {
        assertThat(pipeline.text("select headers ->> 'trace' from headgate.dead_letter"
                        + " where headers ->> 'trace' is not null"))
                .isEqualTo("base64:/wA=");
        assertThat(
                        pipeline.count(
                                "select count(*) from headgate.dead_letter where headers ->> 'base64:dHIAY2U=' = 'base64:YQBi'"))
                .isEqualTo(1);
    }

    private static ProducerRecord<String, byte[]> message(Case input) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(pipeline.topic, input.key(), input.value());
        input.headers().forEach(header -> message.headers().add(header.name(), header.value()));
        return message;
    }

    /** How the message from this place ended, each way it did. */
    private static List<String> ends(String source) throws SQLException {
        return query(
                "select 'applied' from headgate.ledger where source = ? union all"
                        + " select stage || ': ' || reason from headgate.dead_letter where source = ?",
                source);
    }

    private static long count(String query, String parameter) throws SQLException {
        return Long.parseLong(query(query, parameter).get(0));
    }

    private static List<String> query(String query, String parameter) throws SQLException {
        try (Connection connection = pipeline.connect();
                PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
                statement.setString(i, parameter);
            }
            List<String> answer = new java.util.ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    answer.add(rows.getString(1));
                }
            }
            return answer;
        }
    }

    private static byte[] payload(String source) throws SQLException {
        try (Connection connection = pipeline.connect();
                PreparedStatement statement =
                        connection.prepareStatement("select payload from headgate.dead_letter where source = ?")) {
            statement.setString(1, source);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBytes(1);
            }
        }
    }
}

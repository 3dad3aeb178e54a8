package dev.headgate.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.Message;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class SuspectTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static final List<Message> MESSAGES = IntStream.range(0, 100)
            .mapToObj(i -> message(
                    "{\"id\":\"order-%d\",\"amount\":%d,\"version\":%d}".formatted(i, 5_000 + i, 3_000_000_000L + i)))
            .toList();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "value \"3000000042\" is out of range for type integer || 42",
                "amount 5017 is over the limit || 17",
                "null value in column \"region\" | Failing row contains (order-33, 1, null). | 33",
                "duplicate key value violates unique constraint \"orders_pkey\" | Key (id)=(order-55) already exists. | 55",
                "division by zero || -1",
                "new row violates check option for view \"amount\" || -1",
            })
    void the_one_with_the_value_that_postgres_names(String message, String detail, int position) {
        String fields = "SERROR\0C22003\0M" + message + "\0" + (detail == null ? "" : "D" + detail + "\0");
        RuntimeException thrown = new RuntimeException(new PSQLException(new ServerErrorMessage(fields)));
        assertThat(Suspect.among(MESSAGES, thrown)).isEqualTo(position);
    }

    @Test
    void what_is_not_said_by_postgres_points_at_none() {
        assertThat(Suspect.among(MESSAGES, new SQLException("value \"3000000042\"")))
                .isEqualTo(-1);
    }

    private static Message message(String payload) {
        return new Message(new DefaultExchange(CONTEXT), "p", null, null, payload.getBytes(UTF_8), null);
    }
}

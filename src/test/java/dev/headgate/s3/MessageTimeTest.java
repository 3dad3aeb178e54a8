package dev.headgate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTimeTest {

    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    private static Message message(String json, Long timestamp) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(Exchange.MESSAGE_TIMESTAMP, timestamp);
        return new Message(exchange, "orders", "id", null, json.getBytes(UTF_8), null);
    }

    private static Instant arrival(long timestamp) {
        return new MessageTime("arrival", () -> NOW).of(message("{}", timestamp), null);
    }

    private static Instant field(String at) {
        return new MessageTime("field:at", () -> NOW).of(message("{}", 1L), at);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2000-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2100-01-01T00:00:00Z"})
    void a_record_has_the_time_of_its_timestamp(Instant time) {
        assertThat(arrival(time.toEpochMilli())).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void a_record_whose_source_says_no_time_has_that_of_now(long none) {
        assertThat(arrival(none)).isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1970-01-01T00:00:00.001Z",
        "1767225600, 1970-01-21T10:53:45.600Z",
        "946684799999, 1999-12-31T23:59:59.999Z",
        "1767225600000000, +57971-",
        "1767225600000000000, +56003119-",
        "9223372036854775807, +292278994-"
    })
    void a_timestamp_that_counts_no_milliseconds_is_refused(long timestamp, String read) {
        assertThatThrownBy(() -> arrival(timestamp))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(String.valueOf(timestamp))
                .hasMessageContaining(read)
                .hasMessageContaining("milliseconds");
    }

    @Test
    void the_time_of_a_field_may_be_any_whose_year_has_four_digits() {
        assertThat(field("1957-10-04T19:28:34Z")).isEqualTo("1957-10-04T19:28:34Z");
        assertThatThrownBy(() -> field("+57971-01-01T00:00:00Z")).isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> field("-0001-01-01T00:00:00Z")).isInstanceOf(RejectedException.class);
    }
}

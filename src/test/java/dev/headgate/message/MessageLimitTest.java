package dev.headgate.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.headgate.failure.RejectedException;
import java.nio.ByteBuffer;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class MessageLimitTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    private final MessageLimit limit = new MessageLimit(5_000);
    private final Message message = new DefaultExchange(CONTEXT).getMessage();

    @Test
    void a_message_counts_with_the_names_of_its_headers() {
        message.setBody(new byte[100]);
        assertThat(MessageSize.of(message)).isEqualTo(100);
        message.setHeader("n".repeat(1_000), null);
        assertThat(MessageSize.of(message)).isEqualTo(1_228);
        message.setHeader("CamelOwn", "ab");
        assertThat(MessageSize.of(message)).isEqualTo(1_232);
    }

    @Test
    void just_at_the_limit_is_allowed_and_one_byte_more_is_not() {
        message.setBody(new byte[5_000]);
        assertThat(limit.require(message)).isEqualTo(5_000);
        message.setBody(new byte[5_001]);
        assertThatThrownBy(() -> limit.require(message))
                .asInstanceOf(type(RejectedException.class))
                .satisfies(e -> assertThat(e.reason()).isEqualTo("too large"))
                .satisfies(e -> assertThat(e).hasMessageContaining("at most 5,000 bytes"));
        message.setBody("x".repeat(2_501));
        assertThat(limit.allows(message)).isFalse();
        message.setBody(CutBytes.of(ByteBuffer.allocate(1)));
        assertThat(limit.allows(message)).isFalse();
    }

    @Test
    void the_limit_is_at_most_a_sixteenth_of_the_heap() {
        assertThat(MessageLimit.within(16_000, 1_001).maxBytes()).isEqualTo(1_000);
        assertThat(MessageLimit.within(16_000, 999).maxBytes()).isEqualTo(999);
    }

    @Test
    void of_what_is_too_large_the_beginnings_are_kept_and_what_its_client_says() {
        message.setBody("b".repeat(10_000));
        message.setHeader("long", "v".repeat(10_000));
        message.setHeader("binary", new byte[] {(byte) 0xFF});
        for (int i = 0; i < 1_000; i++) {
            message.setHeader("h" + i, "x");
        }
        message.setHeader(KafkaConstants.KEY, "k".repeat(10_000));
        message.setHeader(KafkaConstants.TOPIC, "orders");

        MessageLimit.Cut cut = limit.cut(message);

        assertThat(cut.message().getBody(byte[].class))
                .isEqualTo("b".repeat(1_024).getBytes(UTF_8));
        assertThat(cut.message().getHeaders()).hasSizeLessThan(70).containsEntry(KafkaConstants.TOPIC, "orders");
        assertThat(cut.message().getHeader(KafkaConstants.KEY, String.class)).matches("sha256:[0-9a-f]{64}");
        assertThat(MessageSize.of(cut.message())).isLessThan(50_000);
        assertThat(cut.error()).contains("10,000 bytes").contains("SHA-256");
        assertThat(cut.rejection("orders").stage()).isEqualTo("orders");
    }
}

package dev.headgate.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

class SqsDeliveryTest {

    @Test
    void reads_what_the_queue_says_and_not_what_a_sender_put_beside_it() {
        Message message = new DefaultMessage(new DefaultCamelContext());
        message.setHeader("CamelAwsSqsReceiptHandle", "handle");
        message.setHeader("MessageGroupId", "forged");
        message.setHeader("ApproximateReceiveCount", "99");
        message.setHeader(
                "CamelAwsSqsAttributes",
                Map.of(
                        MessageSystemAttributeName.MESSAGE_GROUP_ID, "group",
                        MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "3"));
        assertThat(SqsDelivery.of(message)).isEqualTo(new SqsDelivery("handle", "group", 3, 0));
    }

    @Test
    void the_delay_doubles_up_to_five_minutes() {
        assertThat(delay(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(delay(2)).isEqualTo(Duration.ofSeconds(2));
        assertThat(delay(9)).isEqualTo(Duration.ofSeconds(256));
        assertThat(delay(10)).isEqualTo(Duration.ofMinutes(5));
        assertThat(delay(1_000)).isEqualTo(Duration.ofMinutes(5));
    }

    private static Duration delay(int receives) {
        return new SqsDelivery("handle", null, receives, 0).delay();
    }
}

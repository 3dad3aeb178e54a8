package dev.headgate.devservices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

class DevSqsIT {

    @Test
    void a_message_that_is_not_deleted_comes_again_and_is_moved_after_its_last_receive() {
        try (DevSqs sqs = DevSqs.start()) {
            String dead = sqs.createQueue("dead", Map.of());
            String orders = sqs.createQueue(
                    "orders",
                    Map.of(
                            QueueAttributeName.REDRIVE_POLICY,
                            "{\"deadLetterTargetArn\":\"arn:aws:sqs:elasticmq:000000000000:dead\",\"maxReceiveCount\":2}"));
            assertThat(orders).startsWith(sqs.endpoint());
            sqs.client().sendMessage(request -> request.queueUrl(orders).messageBody("a"));
            assertThat(receives(receive(sqs, orders, 0))).containsExactly("1");
            assertThat(receives(receive(sqs, orders, 0))).containsExactly("2");
            assertThat(receive(sqs, orders, 0)).isEmpty();
            assertThat(receive(sqs, dead, 0)).extracting(Message::body).containsExactly("a");
        }
    }

    @Test
    void a_fifo_group_is_blocked_while_one_of_its_messages_is_in_flight() {
        try (DevSqs sqs = DevSqs.start()) {
            String orders = sqs.createQueue("orders.fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
            for (String body : List.of("a1", "a2", "b1")) {
                sqs.client().sendMessage(request -> request.queueUrl(orders)
                        .messageBody(body)
                        .messageGroupId(body.substring(0, 1))
                        .messageDeduplicationId(body));
            }
            List<Message> first = sqs.client()
                    .receiveMessage(request -> request.queueUrl(orders).maxNumberOfMessages(1))
                    .messages();
            assertThat(first).extracting(Message::body).containsExactly("a1");
            assertThat(receive(sqs, orders, 30)).extracting(Message::body).containsExactly("b1");
            sqs.client().deleteMessage(request -> request.queueUrl(orders)
                    .receiptHandle(first.get(0).receiptHandle()));
            assertThat(receive(sqs, orders, 30)).extracting(Message::body).containsExactly("a2");
        }
    }

    @Test
    void closed_it_listens_no_more() {
        DevSqs sqs = DevSqs.start();
        URI address = URI.create(sqs.endpoint());
        sqs.close();
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThatThrownBy(
                        () -> new Socket(InetAddress.getByName(address.getHost()), address.getPort()).close())
                .isInstanceOf(java.net.ConnectException.class));
    }

    private static List<Message> receive(DevSqs sqs, String queue, int visibility) {
        return sqs.client()
                .receiveMessage(request -> request.queueUrl(queue)
                        .maxNumberOfMessages(10)
                        .visibilityTimeout(visibility)
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages();
    }

    private static List<String> receives(List<Message> messages) {
        return messages.stream()
                .map(message -> message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                .toList();
    }
}

package dev.headgate.guarantee;

import dev.headgate.devservices.DevSqs;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** A queue; as a FIFO queue it delivers in order. With its server its queues and their messages are gone. */
final class SqsSource implements MessageSource, Load.Target {

    static final String FIFO = "orders.fifo";
    private static final int TEN = 10;

    private final String queue;
    private final List<SendMessageBatchRequestEntry> waiting = new ArrayList<>();
    private DevSqs sqs = DevSqs.start();
    private String url;

    SqsSource(String queue) {
        this.queue = queue;
        createQueue();
    }

    @Override
    public Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(sqs.properties());
        properties.put("orders.queue", queue);
        properties.put("orders-archive.queue", queue);
        properties.put("camel.component.aws2-sqs.wait-time-seconds", "1");
        properties.put("camel.component.aws2-sqs.visibility-timeout", "3");
        return properties;
    }

    @Override
    public void send(String key, String id, String body) {
        SendMessageBatchRequestEntry.Builder entry = SendMessageBatchRequestEntry.builder()
                .id(Integer.toString(waiting.size()))
                .messageBody(body)
                .messageAttributes(Map.of(
                        "message-id",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue(id)
                                .build()));
        if (queue.equals(FIFO)) {
            entry.messageGroupId(key).messageDeduplicationId(UUID.randomUUID().toString());
        }
        waiting.add(entry.build());
        if (waiting.size() == TEN) {
            flush();
        }
    }

    @Override
    public void sendOrder(String order, String id, int version) {
        send(order, id, Orders.json(order, version));
    }

    @Override
    public void flush() {
        if (!waiting.isEmpty()) {
            sqs.client().sendMessageBatch(request -> request.queueUrl(url).entries(waiting));
            waiting.clear();
        }
    }

    @Override
    public long unacknowledged() {
        Map<QueueAttributeName, String> attributes = sqs.client()
                .getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                .attributes();
        return Long.parseLong(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                + Long.parseLong(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
    }

    @Override
    public void disappear() {
        sqs.close();
    }

    @Override
    public void comeBack() {
        sqs = DevSqs.start(URI.create(sqs.endpoint()).getPort());
        createQueue();
    }

    @Override
    public void close() {
        sqs.close();
    }

    private void createQueue() {
        sqs.createQueue("orders-applied", Map.of()); // for the relay of routes/sqs
        url = sqs.createQueue(queue, queue.equals(FIFO) ? Map.of(QueueAttributeName.FIFO_QUEUE, "true") : Map.of());
    }
}

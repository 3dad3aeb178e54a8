package dev.headgate.guarantee;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.devservices.DevSqs;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** The shipped routes of {@code routes/sqs} against a database and a queue of one test's own. */
final class SqsPipeline implements AutoCloseable {

    static final Path ROUTES = Path.of("routes/sqs");

    final DevSqs sqs = DevSqs.start();
    final Pipeline tables = new Pipeline(1);
    final String queue;
    private final String url;

    SqsPipeline() {
        this("orders", Map.of());
    }

    SqsPipeline(String queue, Map<QueueAttributeName, String> attributes) {
        this.queue = queue;
        Map<QueueAttributeName, String> all = new EnumMap<>(QueueAttributeName.class);
        all.putAll(attributes);
        if (queue.endsWith(".fifo")) {
            all.put(QueueAttributeName.FIFO_QUEUE, "true");
        }
        url = sqs.createQueue(queue, all);
        sqs.createQueue("orders-applied", Map.of());
    }

    Headgate start(Map<String, String> overrides) {
        return start(ROUTES, overrides, Map.of());
    }

    /** With routes that a test has changed. */
    Headgate start(Path routes, Map<String, String> overrides, Map<String, Object> beans) {
        Map<String, String> properties = properties();
        properties.putAll(overrides);
        return Headgate.start(Settings.load(routes, null, Map.of()).with(properties, "the test"), routes, beans);
    }

    /** What a process of this pipeline is configured with. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(tables.properties());
        properties.remove("camel.component.kafka.brokers");
        properties.putAll(sqs.properties());
        properties.put("orders.queue", queue);
        properties.put("camel.component.aws2-sqs.wait-time-seconds", "1");
        return properties;
    }

    /** An order that is valid, with this idempotency key. */
    void sendOrder(String order, String id, int version) {
        send(Orders.json(order, version), id, null);
    }

    /** To a FIFO queue, if a group is given. */
    void send(String body, String id, String group) {
        SendMessageRequest.Builder request =
                SendMessageRequest.builder().queueUrl(url).messageBody(body);
        if (id != null) {
            request.messageAttributes(Map.of(
                    "message-id",
                    MessageAttributeValue.builder()
                            .dataType("String")
                            .stringValue(id)
                            .build()));
        }
        if (group != null) {
            request.messageGroupId(group).messageDeduplicationId(id);
        }
        sqs.client().sendMessage(request.build());
    }

    /** Those that a consumer could receive, and those that one has received and not deleted. */
    String visibleAndInFlight() {
        return visibleAndInFlight(url);
    }

    String visibleAndInFlight(String queueUrl) {
        Map<QueueAttributeName, String> attributes = sqs.client()
                .getQueueAttributes(request -> request.queueUrl(queueUrl).attributeNames(QueueAttributeName.ALL))
                .attributes();
        return attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES) + " "
                + attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
    }

    void configure(Map<QueueAttributeName, String> attributes) {
        sqs.client().setQueueAttributes(request -> request.queueUrl(url).attributes(attributes));
    }

    String url(String name) {
        return sqs.client().getQueueUrl(request -> request.queueName(name)).queueUrl();
    }

    /** Deliveries that are neither applied nor given back. */
    long inFlight(Headgate headgate) {
        return headgate.camelContext()
                .getRegistry()
                .lookupByNameAndType("inflightLimit", InflightLimit.class)
                .source("orders-sqs")
                .messages();
    }

    void awaitEmpty() {
        Pipeline.await().until(() -> visibleAndInFlight().equals("0 0"));
    }

    @Override
    public void close() {
        tables.close();
        sqs.close();
    }
}

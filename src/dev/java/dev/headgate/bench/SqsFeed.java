package dev.headgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;

/** Receives and deletes ten messages a request. */
final class SqsFeed implements Feed<SqsFeed.Delivery> {
    private static final int TEN = 10;

    /** A message with the attributes that all messages of the benchmark have. */
    record Delivery(Message message) implements PlainMessage {
        @Override
        public String messageId() {
            return attribute("message-id", "");
        }

        @Override
        public String source() {
            return message.messageId();
        }

        @Override
        public String channel() {
            return attribute("channel", "unknown");
        }

        @Override
        public byte[] payload() {
            return message.body().getBytes(StandardCharsets.UTF_8);
        }

        private String attribute(String name, String absent) {
            var attribute = message.messageAttributes().get(name);
            return attribute == null ? absent : attribute.stringValue();
        }
    }

    private final SqsClient client;
    private final String queueUrl;

    /** @param client for several feeds at once, closed by the caller */
    SqsFeed(SqsClient client, String queueUrl) {
        this.client = client;
        this.queueUrl = queueUrl;
    }

    @Override
    public List<Delivery> poll() {
        return client
                .receiveMessage(request -> request.queueUrl(queueUrl)
                        .maxNumberOfMessages(TEN)
                        .messageAttributeNames("All")
                        .visibilityTimeout(120))
                .messages()
                .stream()
                .map(Delivery::new)
                .toList();
    }

    @Override
    public void acknowledge(List<Delivery> stored) {
        for (int from = 0; from < stored.size(); from += TEN) {
            List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
            for (Delivery delivery : stored.subList(from, Math.min(from + TEN, stored.size()))) {
                entries.add(DeleteMessageBatchRequestEntry.builder()
                        .id(String.valueOf(entries.size()))
                        .receiptHandle(delivery.message.receiptHandle())
                        .build());
            }
            DeleteMessageBatchResponse response = client.deleteMessageBatch(
                    request -> request.queueUrl(queueUrl).entries(entries));
            if (response.hasFailed()) {
                throw new IllegalStateException("Not all messages could be deleted: " + response.failed());
            }
        }
    }

    @Override
    public void close() {
        // the client belongs to others too
    }
}

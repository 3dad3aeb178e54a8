package dev.headgate.demo;

import dev.headgate.devservices.DevSqs;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** The queue that the relay writes to, made anew. */
final class RelayQueue implements RelayTarget {
    /** While it is read nothing comes back. */
    private static final int INVISIBLE_SECONDS = 3600;

    private static final int MOST_AT_ONCE = 10;
    private static final int NO_ID = -1;

    private final DevSqs sqs;
    private final String queueUrl;

    RelayQueue(DevSqs sqs, String queue) {
        this.sqs = sqs;
        this.queueUrl = sqs.createQueue(queue, Map.of());
    }

    @Override
    public Relayed relayed() {
        var ids = new BitSet();
        long withoutId = 0;
        for (List<Message> messages = receive(); !messages.isEmpty(); messages = receive()) {
            for (Message message : messages) {
                int id = id(message);
                if (id == NO_ID) {
                    withoutId++;
                } else {
                    ids.set(id);
                }
            }
        }
        return new Relayed(ids, withoutId);
    }

    @Override
    public String address() {
        return "Relayed to  " + queueUrl;
    }

    private List<Message> receive() {
        return sqs.client()
                .receiveMessage(request -> request.queueUrl(queueUrl)
                        .maxNumberOfMessages(MOST_AT_ONCE)
                        .visibilityTimeout(INVISIBLE_SECONDS)
                        .messageAttributeNames("message-id"))
                .messages();
    }

    private static int id(Message message) {
        MessageAttributeValue id = message.messageAttributes().get("message-id");
        try {
            return RelayTarget.entry(id == null ? "" : id.stringValue());
        } catch (NumberFormatException notAnEntry) {
            return NO_ID;
        }
    }
}

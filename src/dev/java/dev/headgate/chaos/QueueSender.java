package dev.headgate.chaos;

import dev.headgate.devservices.DevSqs;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** A producer of a queue, ten messages a request. */
final class QueueSender implements Sender {

    private static final int MOST_AT_ONCE = 10;

    private final DevSqs sqs;
    private final String queueUrl;
    private final SentLog log;
    private final Consumer<Exception> failure;
    private final List<Message> gathered = new ArrayList<>();
    private long count;

    QueueSender(DevSqs sqs, String queueUrl, SentLog log, Consumer<Exception> failure) {
        this.sqs = sqs;
        this.queueUrl = queueUrl;
        this.log = log;
        this.failure = failure;
    }

    @Override
    public void send(Message message) {
        gathered.add(message);
        if (gathered.size() == MOST_AT_ONCE) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (gathered.isEmpty()) {
            return;
        }
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
        for (Message message : gathered) {
            entries.add(SendMessageBatchRequestEntry.builder()
                    .id(String.valueOf(entries.size()))
                    .messageBody(body(message.payload()))
                    .messageAttributes(attributes(message))
                    .build());
        }
        try {
            SendMessageBatchResponse answer = sqs.client()
                    .sendMessageBatch(request -> request.queueUrl(queueUrl).entries(entries));
            if (answer.hasFailed()) {
                failure.accept(new IllegalStateException(
                        "The queue did not take " + answer.failed().get(0)));
            }
            gathered.forEach(message -> log.sent(message, null, ++count));
        } catch (SdkException problem) {
            failure.accept(problem);
        }
        gathered.clear();
    }

    /** SQS holds text, and some: what is none goes as Base64 or as a blank, and is as invalid as it was. */
    private static String body(byte @Nullable [] payload) {
        if (payload == null || payload.length == 0) {
            return " ";
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException notText) {
            // below
        }
        return Base64.getEncoder().encodeToString(payload);
    }

    private static Map<String, MessageAttributeValue> attributes(Message message) {
        Map<String, MessageAttributeValue> attributes = new HashMap<>();
        message.headers().forEach((name, value) -> attributes.put(name, text(value)));
        attributes.put("message-id", text(message.id()));
        return attributes;
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    /** The client is the server's. */
    @Override
    public void close() {
        // nothing is open
    }
}

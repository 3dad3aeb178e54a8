package dev.headgate.demo;

import dev.headgate.devservices.DevSqs;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** A new standard queue, filled by requests of ten messages. */
public final class SqsSource implements Source {
    /** Below the 500 that the SDK's batch manager takes. */
    private static final int MOST_UNACKNOWLEDGED = 400;

    private static final Duration LINGER = Duration.ofMillis(10);

    private final DevSqs sqs;
    private final String queueUrl;
    private final SqsAsyncClient client;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final SqsAsyncBatchManager batches;
    private final Semaphore room = new Semaphore(MOST_UNACKNOWLEDGED);
    private final LongAdder acknowledged = new LongAdder();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Creates the queue. */
    public SqsSource(DevSqs sqs, String queue) {
        this.sqs = sqs;
        this.queueUrl = sqs.createQueue(queue, Map.of());
        this.client = sqs.asyncClient();
        this.batches = SqsAsyncBatchManager.builder()
                .client(client)
                .scheduledExecutor(scheduler)
                .overrideConfiguration(batch -> batch.sendRequestFrequency(LINGER))
                .build();
    }

    @Override
    public void send(OrderMessage message) {
        requireNoFailure();
        room.acquireUninterruptibly();
        var unused = batches.sendMessage(request(message)).whenComplete((sent, problem) -> {
            if (problem == null) {
                acknowledged.increment();
            } else {
                failure.compareAndSet(null, problem);
            }
            room.release();
        });
    }

    @Override
    public void flush() {
        room.acquireUninterruptibly(MOST_UNACKNOWLEDGED);
        room.release(MOST_UNACKNOWLEDGED);
        requireNoFailure();
    }

    @Override
    public long acknowledged() {
        return acknowledged.sum();
    }

    /** Those that wait in the queue, and those that are received and not deleted. */
    @Override
    public long backlog() {
        return sqs
                .client()
                .getQueueAttributes(request -> request.queueUrl(queueUrl).attributeNames(QueueAttributeName.ALL))
                .attributes()
                .entrySet()
                .stream()
                .filter(attribute -> attribute.getKey().toString().startsWith("ApproximateNumberOfMessages"))
                .mapToLong(attribute -> Long.parseLong(attribute.getValue()))
                .sum();
    }

    /** A queue keeps no count: those that it has acknowledged. */
    @Override
    public long received() {
        return acknowledged();
    }

    @Override
    public String address() {
        return "SQS         " + queueUrl;
    }

    @Override
    public void close() {
        batches.close();
        client.close();
        scheduler.shutdownNow();
    }

    private void requireNoFailure() {
        Throwable problem = failure.get();
        if (problem != null) {
            throw new IllegalStateException("Not all orders were acknowledged by queue " + queueUrl, problem);
        }
    }

    private SendMessageRequest request(OrderMessage message) {
        Map<String, MessageAttributeValue> attributes = new HashMap<>();
        attributes.put("message-id", text(message.messageId()));
        String channel = message.channel();
        if (channel != null) {
            attributes.put("channel", text(channel));
        }
        return SendMessageRequest.builder()
                .queueUrl(queueUrl)
                .messageBody(body(message.bytes()))
                .messageAttributes(attributes)
                .build();
    }

    /** SQS holds text: what is none goes as Base64, and is as invalid as it was. */
    private static String body(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }
}

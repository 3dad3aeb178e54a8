package dev.headgate.sqs;

import dev.headgate.backpressure.AcknowledgeListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/**
 * The client behind Camel's consumer: single deletes leave in batches of ten, and so do messages that are given back.
 *
 * <p>A delete that fails is logged and does no harm: the message comes again and the ledger knows it. What waits to be
 * sent is sent before the client closes. Thread-safe.
 */
final class AcknowledgingSqsClient extends DelegatingSqsClient {

    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgingSqsClient.class);

    /** A message that is not acknowledged, and when it may come again. */
    private record GivenBack(String queue, String receiptHandle, Duration after) {}

    private final RequestBatcher<DeleteMessageRequest> deletes = new RequestBatcher<>("sqs-delete", this::delete);
    private final RequestBatcher<GivenBack> givenBack = new RequestBatcher<>("sqs-give-back", this::sendBack);
    private final String pipeline;
    private final AcknowledgeListener listener;
    private volatile String queue = "";

    /** @param pipeline the route that reads through it */
    AcknowledgingSqsClient(SqsClient delegate, String pipeline, AcknowledgeListener listener) {
        super(delegate);
        this.pipeline = pipeline;
        this.listener = listener;
    }

    /** The URL of the queue that the consumer reads; empty before its first poll. */
    String queue() {
        return queue;
    }

    @Override
    public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
        queue = request.queueUrl();
        long start = System.nanoTime();
        ReceiveMessageResponse response = super.receiveMessage(request);
        if (response.hasMessages() && !response.messages().isEmpty()) {
            listener.fetched(pipeline, Duration.ofNanos(System.nanoTime() - start));
        }
        listener.received(pipeline, SqsDelivery.oldestSent(response.messages()));
        return response;
    }

    /** Returns before the message is deleted, and never fails. */
    @Override
    public DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
        deletes.add(request);
        return DeleteMessageResponse.builder().build();
    }

    /** Makes a message of the queue visible again after the delay; logs a failure. */
    void giveBack(String receiptHandle, Duration after) {
        givenBack.add(new GivenBack(queue, receiptHandle, after));
    }

    @Override
    public void close() {
        givenBack.close();
        deletes.close();
        super.close();
    }

    private void delete(List<DeleteMessageRequest> requests) {
        byQueue(requests, DeleteMessageRequest::queueUrl).forEach((url, batch) -> {
            List<DeleteMessageBatchRequestEntry> entries = IntStream.range(0, batch.size())
                    .mapToObj(i -> DeleteMessageBatchRequestEntry.builder()
                            .id(Integer.toString(i))
                            .receiptHandle(batch.get(i).receiptHandle())
                            .build())
                    .toList();
            long start = System.nanoTime();
            try {
                List<BatchResultErrorEntry> failed = delegate.deleteMessageBatch(
                                request -> request.queueUrl(url).entries(entries))
                        .failed();
                warn("deleted", failed);
                listener.acknowledged(pipeline, Duration.ofNanos(System.nanoTime() - start));
            } catch (RuntimeException e) {
                listener.failed(pipeline, e);
                warn("deleted", batch.size(), e.toString());
            }
        });
    }

    private void sendBack(List<GivenBack> messages) {
        byQueue(messages, GivenBack::queue).forEach((url, batch) -> {
            List<ChangeMessageVisibilityBatchRequestEntry> entries = IntStream.range(0, batch.size())
                    .mapToObj(i -> ChangeMessageVisibilityBatchRequestEntry.builder()
                            .id(Integer.toString(i))
                            .receiptHandle(batch.get(i).receiptHandle())
                            .visibilityTimeout((int) batch.get(i).after().toSeconds())
                            .build())
                    .toList();
            try {
                warn(
                        "given back",
                        delegate.changeMessageVisibilityBatch(
                                        request -> request.queueUrl(url).entries(entries))
                                .failed());
            } catch (RuntimeException e) {
                warn("given back", batch.size(), e.toString());
            }
        });
    }

    private static <T> Map<String, List<T>> byQueue(List<T> requests, Function<T, String> queue) {
        return requests.stream().collect(Collectors.groupingBy(queue));
    }

    private static void warn(String what, List<BatchResultErrorEntry> failed) {
        if (!failed.isEmpty()) {
            warn(what, failed.size(), failed.get(0).code() + " " + failed.get(0).message());
        }
    }

    private static void warn(String what, int messages, String why) {
        LOG.warn("{} messages could not be {} and come again when their visibility ends: {}", messages, what, why);
    }
}

package dev.headgate.sqs;

import dev.headgate.failure.RejectedException;
import dev.headgate.failure.RetryException;
import dev.headgate.message.ExchangeBulk;
import dev.headgate.sqs.BulkSqsComponent.BulkEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.component.aws2.sqs.Sqs2Producer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;

/**
 * Sends the exchanges of a bulk as messages of their own, in requests of up to ten, several at once; anything else as
 * Camel does. In a FIFO queue no two messages of a key are in one request, for SQS may take the later one alone.
 *
 * <p>Each exchange of the bulk is confirmed or has its exception afterwards, or neither if it was not tried, because an
 * earlier one of its key failed or, and then the bulk's own exchange fails, because SQS cannot be reached.
 */
final class BulkSqsProducer extends Sqs2Producer {

    private static final int REQUESTS_AT_ONCE = 8;

    // Of those that say it is the sender's fault, the ones that another day may pass.
    private static final Pattern NOT_THE_MESSAGE =
            Pattern.compile("(?i).*(throttl|denied|kms|overlimit|credential|token|signature|security).*");

    // SQS refuses a whole request for one message in it.
    private static final Set<String> THE_MESSAGE = Set.of(
            "InvalidParameterValue",
            "InvalidMessageContents",
            "BatchRequestTooLong",
            "AWS.SimpleQueueService.BatchRequestTooLong",
            "InvalidAttributeValue");

    private final BulkEndpoint endpoint;
    private @Nullable ExecutorService executor;

    BulkSqsProducer(BulkEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        executor = endpoint.getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(this, "sqs-send", REQUESTS_AT_ONCE);
    }

    @Override
    protected void doStop() throws Exception {
        if (executor != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdownNow(executor);
            executor = null;
        }
        super.doStop();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        if (exchange.getMessage().getBody() instanceof ExchangeBulk bulk) {
            send(bulk);
        } else {
            super.process(exchange);
        }
    }

    private void send(ExchangeBulk bulk) throws Exception {
        String url = endpoint.url();
        List<Exchange> waiting = new ArrayList<>();
        for (int i = 0; i < bulk.size(); i++) {
            bulk.get(i).setException(null); // of an earlier attempt, if the route itself redelivers
            if (!ExchangeBulk.isConfirmed(bulk.get(i))) {
                waiting.add(bulk.get(i));
            }
        }
        while (!waiting.isEmpty()) {
            List<Exchange> round = RequestBatcher.firstOfEachKey(waiting, this::key);
            sendAll(url, RequestBatcher.batches(messages(round), BulkMessage::bytes));
            Set<String> failed = failedKeys(round);
            waiting.removeIf(exchange -> failed.contains(String.valueOf(key(exchange))));
        }
    }

    /** Without those that SQS could never take, which have failed then. */
    private List<BulkMessage> messages(List<Exchange> round) {
        List<BulkMessage> messages = new ArrayList<>();
        for (Exchange exchange : round) {
            try {
                messages.add(BulkMessage.of(exchange, Integer.toString(messages.size()), endpoint.isFifo()));
            } catch (RejectedException e) {
                exchange.setException(e);
            }
        }
        return messages;
    }

    /** What orders it, or null: a standard queue has no order. */
    private @Nullable String key(Exchange exchange) {
        return endpoint.isFifo() ? BulkMessage.key(exchange) : null;
    }

    private Set<String> failedKeys(List<Exchange> round) {
        return round.stream()
                .filter(exchange -> exchange.getException() != null)
                .map(exchange -> String.valueOf(key(exchange)))
                .collect(Collectors.toSet());
    }

    /** Returns when nothing is under way any more. */
    private void sendAll(String url, List<List<BulkMessage>> batches) throws Exception {
        List<Callable<@Nullable Void>> requests = new ArrayList<>();
        for (List<BulkMessage> batch : batches) {
            requests.add(() -> {
                send(url, batch);
                return null;
            });
        }
        Exception failure = null;
        for (Future<@Nullable Void> request : Objects.requireNonNull(executor).invokeAll(requests)) {
            try {
                request.get();
            } catch (ExecutionException e) {
                failure = e.getCause() instanceof Exception cause ? cause : e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void send(String url, List<BulkMessage> batch) {
        try {
            SendMessageBatchResponse response = endpoint.getClient().sendMessageBatch(request -> request.queueUrl(url)
                    .entries(batch.stream().map(BulkMessage::entry).toList()));
            Map<String, BulkMessage> byId = batch.stream()
                    .collect(Collectors.toMap(message -> message.entry().id(), Function.identity()));
            response.successful().forEach(sent -> confirm(byId.get(sent.id())));
            response.failed().forEach(failed -> fail(byId.get(failed.id()), failure(failed)));
        } catch (SqsException e) {
            String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
            if (!THE_MESSAGE.contains(code)) {
                throw e;
            }
            if (batch.size() == 1) {
                fail(batch.get(0), new RejectedException(code, String.valueOf(e.getMessage())));
            } else {
                batch.forEach(message -> send(url, List.of(message)));
            }
        }
    }

    private static void confirm(@Nullable BulkMessage message) {
        if (message != null) {
            ExchangeBulk.confirm(message.exchange());
        }
    }

    private static void fail(@Nullable BulkMessage message, Exception why) {
        if (message != null) {
            message.exchange().setException(why);
        }
    }

    private static Exception failure(BatchResultErrorEntry error) {
        String code = error.code();
        boolean refused = Boolean.TRUE.equals(error.senderFault())
                && !NOT_THE_MESSAGE.matcher(code).matches();
        String message = code + ": " + error.message();
        return refused ? new RejectedException(code, message) : new RetryException(code, message, null);
    }
}

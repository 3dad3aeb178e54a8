package dev.headgate.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** A client of a real SQS that lets some messages of a batch fail, and all others pass. */
final class FaultySqs {

    /** How a message fails, or null. */
    record Fault(String code, boolean sendersFault) {}

    final List<Integer> batches = new CopyOnWriteArrayList<>();
    private volatile Function<SendMessageBatchRequestEntry, @Nullable Fault> faults = message -> null;

    void fail(Function<SendMessageBatchRequestEntry, @Nullable Fault> which) {
        faults = which;
    }

    SqsClient around(SqsClient real) {
        return (SqsClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SqsClient.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sendMessageBatch")) {
                        return send(real, request(arguments[0]));
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @SuppressWarnings("unchecked")
    private static SendMessageBatchRequest request(Object argument) {
        if (argument instanceof SendMessageBatchRequest request) {
            return request;
        }
        SendMessageBatchRequest.Builder builder = SendMessageBatchRequest.builder();
        ((Consumer<SendMessageBatchRequest.Builder>) argument).accept(builder);
        return builder.build();
    }

    private SendMessageBatchResponse send(SqsClient real, SendMessageBatchRequest request) {
        batches.add(request.entries().size());
        List<SendMessageBatchRequestEntry> passing = new ArrayList<>();
        List<BatchResultErrorEntry> failed = new ArrayList<>();
        for (SendMessageBatchRequestEntry entry : request.entries()) {
            Fault fault = faults.apply(entry);
            if (fault == null) {
                passing.add(entry);
            } else {
                failed.add(BatchResultErrorEntry.builder()
                        .id(entry.id())
                        .code(fault.code())
                        .senderFault(fault.sendersFault())
                        .message("as told")
                        .build());
            }
        }
        SendMessageBatchResponse.Builder response = passing.isEmpty()
                ? SendMessageBatchResponse.builder().successful(List.of())
                : real.sendMessageBatch(request.toBuilder().entries(passing).build()).toBuilder();
        return response.failed(failed).build();
    }
}

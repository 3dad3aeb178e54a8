package dev.headgate.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.backpressure.AcknowledgeListener;
import dev.headgate.devservices.DevSqs;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

class AcknowledgingSqsClientIT {

    @Test
    void single_deletes_leave_in_tens_and_one_that_fails_harms_no_other() {
        try (DevSqs sqs = DevSqs.start()) {
            String queue = sqs.createQueue("orders", Map.of());
            send(sqs, queue, 95);
            Requests requests = new Requests();
            SqsClient client = client(sqs, requests);
            List<String> handles = receive(client, queue, 95);
            client.deleteMessage(request -> request.queueUrl(queue).receiptHandle("nonsense"));
            handles.forEach(handle ->
                    client.deleteMessage(request -> request.queueUrl(queue).receiptHandle(handle)));
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> inFlight(sqs, queue) == 0);
            client.close();

            assertThat(requests.singles).isEmpty();
            assertThat(requests.batches.stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(96);
            assertThat(requests.batches).allMatch(size -> size <= 10).hasSizeLessThan(20);
        }
    }

    @Test
    void what_waits_is_sent_before_the_client_closes() {
        try (DevSqs sqs = DevSqs.start()) {
            String queue = sqs.createQueue("orders", Map.of());
            send(sqs, queue, 25);
            SqsClient client = client(sqs, new Requests());
            receive(client, queue, 25)
                    .forEach(handle -> client.deleteMessage(
                            request -> request.queueUrl(queue).receiptHandle(handle)));
            client.close();
            assertThat(inFlight(sqs, queue)).isZero();
        }
    }

    @Test
    void what_is_given_back_is_visible_again_after_the_delay() {
        try (DevSqs sqs = DevSqs.start();
                AcknowledgingSqsClient client = client(sqs, new Requests())) {
            String queue = sqs.createQueue("orders", Map.of());
            send(sqs, queue, 11);
            long begin = System.nanoTime();
            receive(client, queue, 11).forEach(handle -> client.giveBack(handle, Duration.ofSeconds(2)));
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> inFlight(sqs, queue) == 0);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
            assertThat(receive(client, queue, 11)).hasSize(11);
        }
    }

    private static AcknowledgingSqsClient client(DevSqs sqs, Requests requests) {
        SqsClient client = SqsClient.builder()
                .endpointOverride(URI.create(sqs.endpoint()))
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .overrideConfiguration(configuration -> configuration.addExecutionInterceptor(requests))
                .build();
        return new AcknowledgingSqsClient(client, "orders", new AcknowledgeListener() {});
    }

    private static void send(DevSqs sqs, String queue, int messages) {
        for (int from = 0; from < messages; from += 10) {
            List<SendMessageBatchRequestEntry> entries = IntStream.range(from, Math.min(from + 10, messages))
                    .mapToObj(i -> SendMessageBatchRequestEntry.builder()
                            .id("" + i)
                            .messageBody("" + i)
                            .build())
                    .toList();
            sqs.client().sendMessageBatch(batch -> batch.queueUrl(queue).entries(entries));
        }
    }

    private static List<String> receive(SqsClient client, String queue, int messages) {
        List<String> handles = new ArrayList<>();
        while (handles.size() < messages) {
            client
                    .receiveMessage(request -> request.queueUrl(queue)
                            .maxNumberOfMessages(10)
                            .visibilityTimeout(60)
                            .waitTimeSeconds(10))
                    .messages()
                    .stream()
                    .map(Message::receiptHandle)
                    .forEach(handles::add);
        }
        return handles;
    }

    private static int inFlight(DevSqs sqs, String queue) {
        QueueAttributeName name = QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE;
        return Integer.parseInt(sqs.client()
                .getQueueAttributes(request -> request.queueUrl(queue).attributeNames(name))
                .attributes()
                .get(name));
    }

    /** The deletes that reached the server's side of the SDK. */
    private static final class Requests implements ExecutionInterceptor {

        private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        private final List<String> singles = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            if (context.request() instanceof DeleteMessageBatchRequest batch) {
                batches.add(batch.entries().size());
            } else if (context.request() instanceof DeleteMessageRequest single) {
                singles.add(single.receiptHandle());
            }
        }
    }
}

package dev.headgate.chaos;

import dev.headgate.devservices.DevSqs;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The queue that the pipeline reads, past the proxy. A queue keeps no count: what it has had is what was sent. */
final class SourceQueue implements Source {

    private final DevSqs sqs;
    private final String name;
    private final String url;
    private final SentLog log;

    /**
     * Creates the queue.
     *
     * @param log of all that is sent to it
     */
    SourceQueue(DevSqs sqs, String name, SentLog log) {
        this.sqs = sqs;
        this.name = name;
        this.url = sqs.createQueue(name, Map.of());
        this.log = log;
    }

    DevSqs sqs() {
        return sqs;
    }

    String url() {
        return url;
    }

    @Override
    public Sender sender(SentLog sent, Consumer<Exception> failure) {
        return new QueueSender(sqs, url, sent, failure);
    }

    @Override
    public long received() {
        return log.count();
    }

    @Override
    public long acknowledged() {
        // In this order it is not more than it is.
        long sent = log.count();
        return sent - backlog();
    }

    /** Those that wait in the queue, and those that are received and not deleted. */
    @Override
    public long backlog() {
        return sqs
                .client()
                .getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                .attributes()
                .entrySet()
                .stream()
                .filter(attribute -> attribute.getKey().toString().startsWith("ApproximateNumberOfMessages"))
                .mapToLong(attribute -> Long.parseLong(attribute.getValue()))
                .sum();
    }

    /** It has no order: all has moved when as many messages as waited are acknowledged. */
    @Override
    public Waiting waiting() {
        long waited = backlog();
        long wanted = acknowledged() + waited;
        return () -> {
            long left = wanted - acknowledged();
            return waited == 0 || left <= 0
                    ? List.of()
                    : List.of("%d of %d messages of queue %s".formatted(left, waited, name));
        };
    }

    @Override
    public void close() {
        // The server is somebody else's.
    }
}

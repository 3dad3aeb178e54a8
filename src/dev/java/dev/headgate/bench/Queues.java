package dev.headgate.bench;

import dev.headgate.demo.SqsSource;
import dev.headgate.devservices.DevSqs;
import java.util.Map;

/** Queues of SQS: a new one for each drain, which empties it. */
final class Queues implements Backlog<SqsFeed.Delivery> {
    private final DevSqs sqs;
    private int drains;

    Queues(DevSqs sqs) {
        this.sqs = sqs;
    }

    @Override
    public void fill(String name, int count) {
        drains++;
        try (var source = new SqsSource(sqs, queue(name))) {
            Preload.run(source, 1, count);
        }
    }

    @Override
    public Feed<SqsFeed.Delivery> feed(String name) {
        String url = sqs.client()
                .getQueueUrl(request -> request.queueName(queue(name)))
                .queueUrl();
        return new SqsFeed(sqs.client(), url);
    }

    @Override
    public Map<String, String> properties(String name, int consumers) {
        return Map.of("orders.queue", queue(name), "orders.consumers", String.valueOf(consumers));
    }

    private String queue(String name) {
        return name + "-" + drains;
    }
}

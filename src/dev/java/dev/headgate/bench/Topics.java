package dev.headgate.bench;

import dev.headgate.demo.KafkaSource;
import dev.headgate.devservices.DevKafka;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Topics of Kafka: filled once, and read by a new consumer group each time. */
final class Topics implements Backlog<KafkaFeed.Delivery> {
    private static final int PARTITIONS = 4;

    private final DevKafka kafka;
    private final int mostPolled;
    private final Set<String> filled = new HashSet<>();
    private int drains;

    Topics(DevKafka kafka, int mostPolled) {
        this.kafka = kafka;
        this.mostPolled = mostPolled;
    }

    @Override
    public void fill(String name, int count) {
        drains++;
        if (filled.add(name)) {
            kafka.createTopic(name, PARTITIONS, Map.of());
            try (var source = new KafkaSource(kafka.bootstrapServers(), name, group())) {
                Preload.run(source, 1, count);
            }
        }
    }

    @Override
    public Feed<KafkaFeed.Delivery> feed(String name) {
        return new KafkaFeed(kafka.bootstrapServers(), name, group(), mostPolled);
    }

    /** One consumer reads faster than the lanes write. */
    @Override
    public Map<String, String> properties(String name, int consumers) {
        return Map.of("orders.topic", name, "orders.group", group());
    }

    private String group() {
        return "drain-" + drains;
    }
}

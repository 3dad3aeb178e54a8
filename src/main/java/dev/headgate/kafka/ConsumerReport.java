package dev.headgate.kafka;

import dev.headgate.backpressure.SourceInflight;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What a Kafka consumer tells the outside: its partitions, its pauses, and to the listener the rest. For its thread only. */
final class ConsumerReport {

    private final Properties properties;
    private final ConsumerListener listener;
    private volatile Set<TopicPartition> assigned = Set.of();
    private @Nullable SourceInflight source;
    private boolean pausing;
    private volatile boolean joined;
    private volatile boolean open = true;
    private volatile Collection<String> troubles = List.of();
    private volatile Set<String> topics = Set.of();

    /** @param properties what the consumer was made with */
    ConsumerReport(Properties properties, ConsumerListener listener) {
        this.properties = properties;
        this.listener = listener;
    }

    /** Known from the first record on; what was before is not told. */
    void source(SourceInflight known) {
        source = known;
    }

    Properties properties() {
        return properties;
    }

    /** The partitions that the consumer has; may be asked from any thread. */
    Set<TopicPartition> assigned() {
        return assigned;
    }

    boolean isOpen() {
        return open;
    }

    /** The topics by name that it reads; may be asked from any thread. */
    Set<String> topics() {
        return topics;
    }

    void topics(Collection<String> subscribed) {
        topics = Set.copyOf(subscribed);
    }

    /** Why it does not bring what it should, each in one line; may be asked from any thread. */
    Collection<String> troubles() {
        return joined
                ? troubles
                : List.of("the consumer of %s has not joined its group %s"
                        .formatted(topics, properties.get(ConsumerConfig.GROUP_ID_CONFIG)));
    }

    void troubles(Collection<String> why) {
        troubles = List.copyOf(why);
    }

    void assigned(Set<TopicPartition> all, Collection<TopicPartition> going) {
        Set<TopicPartition> staying = new HashSet<>(all);
        staying.removeAll(going);
        assigned = Set.copyOf(staying);
        joined = true;
    }

    void polled(ConsumerRecords<?, ?> records, long nanos) {
        if (source != null && !records.isEmpty()) {
            listener.fetched(source.routeId(), Duration.ofNanos(nanos));
        }
    }

    void committed(long startNanos, @Nullable Exception error) {
        if (source == null) {
            return;
        }
        if (error == null) {
            listener.acknowledged(source.routeId(), Duration.ofNanos(System.nanoTime() - startNanos));
        } else {
            listener.failed(source.routeId(), error);
        }
    }

    void pausing(boolean now) {
        if (source == null || now == pausing) {
            return;
        }
        pausing = now;
        if (now) {
            source.pauses().begin();
        } else {
            source.pauses().end();
        }
    }

    void closed(Consumer<?, ?> consumer) {
        assigned = Set.of();
        open = false;
        pausing(false);
        listener.closed(consumer);
    }
}

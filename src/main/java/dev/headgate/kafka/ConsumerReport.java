package dev.headgate.kafka;

import dev.headgate.backpressure.SourceInflight;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
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
    private volatile @Nullable String trouble;

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

    /** Whether it has had partitions of its group, be it none, and is not closed; may be asked from any thread. */
    boolean hasJoined() {
        return joined && open;
    }

    boolean isOpen() {
        return open;
    }

    /** Why it hands out nothing though it could, in one line; may be asked from any thread. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    void trouble(@Nullable String why) {
        trouble = why;
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

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Promises 1 to 4 when processes join and leave: as {@link KillIT}, and nothing is even delivered twice. */
class RebalanceIT {

    private static final int PER_SECOND = 3_000;

    @Test
    void a_second_instance_joins_and_leaves_under_load_without_a_redelivery() {
        Load load = new Load(System.nanoTime(), 10_000, 0.1);
        Deliveries first = new Deliveries();
        Deliveries second = new Deliveries();
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.start(Map.of(), Map.of("deliveries", first));
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> sending = load.sendWhile(() -> !over.get(), pipeline, PER_SECOND);
            Pipeline.await().untilAsserted(() -> assertThat(first.records()).isGreaterThan(PER_SECOND));

            Headgate joining = pipeline.start(Map.of(), Map.of("deliveries", second));
            Pipeline.await().untilAsserted(() -> assertThat(assigned(pipeline)).containsExactly(2, 2));
            int before = second.records();
            Pipeline.await().untilAsserted(() -> assertThat(second.records()).isGreaterThan(before + PER_SECOND));
            pipeline.stop(joining);
            Pipeline.await().untilAsserted(() -> assertThat(assigned(pipeline)).containsExactly(4));
            over.set(true);

            sending.join();
            Account.reconciles(pipeline, load);
            System.err.printf("Delivered to the first %d, to the second %d%n", first.records(), second.records());
            assertThat(first.redelivered() + second.redelivered())
                    .as("redelivered")
                    .isZero();
            assertThat(first.records() + second.records())
                    .as("delivered to one or the other")
                    .isEqualTo(load.sent());
        }
    }

    /** How many partitions each member has. */
    private static List<Integer> assigned(Pipeline pipeline) {
        Map<String, Set<TopicPartition>> members = pipeline.members();
        return members.values().stream().map(Set::size).toList();
    }
}

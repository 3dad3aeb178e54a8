package dev.headgate.kafka;

import dev.headgate.kafka.AcknowledgingClientFactory.Assignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Asks the brokers how far the group is behind, with clients of its own: the answer does not wait for a consumer that pauses. */
public final class KafkaLag implements AutoCloseable {

    /**
     * What waits in a partition.
     *
     * @param messages from the committed offset, or the first one if none is committed, to the end of what can be read
     * @param end the offset at that end
     * @param unreadable from there to the end of the partition: behind a transaction that is open
     */
    public record Lag(String pipeline, TopicPartition partition, long messages, long end, long unreadable) {}

    private final Map<Map<String, Object>, Admin> clients = new ConcurrentHashMap<>();

    public List<Lag> ask(CamelContext context, List<Assignment> assignments)
            throws ExecutionException, InterruptedException {
        List<Lag> lags = new ArrayList<>();
        for (Assignment assignment : assignments) {
            String group = String.valueOf(assignment.consumer().get("group.id"));
            Admin admin = clients.computeIfAbsent(AdminConfiguration.of(assignment.consumer()), Admin::create);
            Set<TopicPartition> partitions = assignment.partitions();
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            IsolationLevel isolation = isolation(assignment);
            Map<TopicPartition, Long> readable = offsets(admin, partitions, OffsetSpec.latest(), isolation);
            Map<TopicPartition, Long> ends = isolation == IsolationLevel.READ_UNCOMMITTED
                    ? readable
                    : offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
            Map<TopicPartition, Long> starts = offsets(
                    admin,
                    partitions.stream()
                            .filter(partition -> committed.get(partition) == null)
                            .collect(Collectors.toSet()),
                    OffsetSpec.earliest(),
                    isolation);
            readable.forEach((partition, end) -> {
                OffsetAndMetadata done = committed.get(partition);
                long from = done == null ? starts.getOrDefault(partition, end) : done.offset();
                lags.add(new Lag(
                        pipeline(context, group, partition.topic()),
                        partition,
                        Math.max(0, end - from),
                        end,
                        Math.max(0, ends.getOrDefault(partition, end) - end)));
            });
        }
        return lags;
    }

    @Override
    public void close() {
        clients.values().forEach(Admin::close);
    }

    private static IsolationLevel isolation(Assignment assignment) {
        Object level = assignment.consumer().get(ConsumerConfig.ISOLATION_LEVEL_CONFIG);
        return IsolationLevel.READ_COMMITTED
                        .toString()
                        .equals(String.valueOf(level).toLowerCase(Locale.ROOT))
                ? IsolationLevel.READ_COMMITTED
                : IsolationLevel.READ_UNCOMMITTED;
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, Set<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation)
            throws ExecutionException, InterruptedException {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, OffsetSpec> asked =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(asked, new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, answer) -> offsets.put(partition, answer.offset()));
        return offsets;
    }

    /** The route that consumes the topic in the group, or {@code unknown}. */
    public static String pipeline(CamelContext context, String group, String topic) {
        return context.getRoutes().stream()
                .filter(route -> route.getEndpoint() instanceof KafkaEndpoint endpoint
                        && group.equals(endpoint.getConfiguration().getGroupId())
                        && consumes(endpoint.getConfiguration(), topic))
                .map(Route::getRouteId)
                .findFirst()
                .orElse("unknown");
    }

    private static boolean consumes(KafkaConfiguration configuration, String topic) {
        return configuration.isTopicIsPattern()
                ? topic.matches(configuration.getTopic())
                : Arrays.asList(configuration.getTopic().split(",", -1)).contains(topic);
    }
}

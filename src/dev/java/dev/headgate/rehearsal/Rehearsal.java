package dev.headgate.rehearsal;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.app.Headgate;
import dev.headgate.app.RoutesCheck;
import dev.headgate.decode.DecodeEndpoint;
import dev.headgate.demo.DemoServers;
import dev.headgate.failure.RejectedException;
import dev.headgate.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** One pipeline, running on embedded servers, with a database of its own. Used by one thread. */
final class Rehearsal implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    /** One message is a whole batch, and its source hears of it at once. */
    private static final Map<String, String> AT_ONCE = Map.of(
            "camel.component.batch.linger", "1ms",
            "headgate.commit-interval", "10ms",
            "camel.management.enabled", "false",
            "camel.main.auto-startup-exclude-pattern", "outbox:*,job:*");

    private interface Source extends AutoCloseable {

        void send(Input message);

        boolean isAcknowledged();

        @Override
        void close();
    }

    private final DemoServers servers;
    private final Headgate headgate;
    private final Source source;
    private final Tables tables;

    /**
     * Starts the routes of a folder.
     *
     * @param database a name for the database, which is made
     */
    Rehearsal(DemoServers servers, Path folder, Settings given, String database) {
        this.servers = servers;
        RoutesCheck.Pipeline pipeline = RoutesCheck.pipeline(folder, given);
        if (pipeline.sources().size() != 1) {
            throw new ConfigurationException(
                    "%s has %d routes that lead from kafka: or aws2-sqs: to a batch, expected one: try each in a folder of its own."
                            .formatted(folder, pipeline.sources().size()));
        }
        String uri = pipeline.sources().get(0);
        String name = name(uri);
        boolean kafka = uri.startsWith("kafka:");
        if (kafka) {
            servers.kafka().createTopic(name, 1, Map.of());
        } else {
            servers.sqs().createQueue(name, Map.of());
        }
        for (String endpoint : pipeline.endpoints()) {
            if (endpoint.startsWith("objects:")) {
                servers.s3().createBucket(name(endpoint));
            } else if (endpoint.startsWith("kafka:")) {
                servers.kafka();
            } else if (endpoint.startsWith("aws2-sqs:")) {
                servers.sqs();
            }
        }
        String url = servers.postgres().jdbcUrl();
        try (Tables all =
                new Tables(url, servers.postgres().user(), servers.postgres().password())) {
            all.execute("create database " + database);
        }
        Map<String, String> own = new HashMap<>(AT_ONCE);
        String ownUrl = url.replaceFirst("/[^/?]+(\\?|$)", "/" + database + "$1");
        own.put("headgate.database.url", ownUrl);
        Settings settings = servers.in(given).with(own, "the rehearsal");
        headgate = Headgate.start(settings, folder);
        tables =
                new Tables(ownUrl, servers.postgres().user(), servers.postgres().password());
        source = kafka ? new KafkaTopic(servers, name, group(headgate, name)) : new SqsQueue(servers, name);
    }

    private static String name(String uri) {
        return uri.replaceFirst("^[\\w-]+:(//)?", "").replaceFirst("(?s)\\?.*", "");
    }

    private static String group(Headgate headgate, String topic) {
        return headgate.camelContext().getRoutes().stream()
                .map(route -> route.getEndpoint())
                .filter(KafkaEndpoint.class::isInstance)
                .map(endpoint -> ((KafkaEndpoint) endpoint).getConfiguration())
                .filter(configuration -> topic.equals(configuration.getTopic()))
                .map(configuration -> configuration.getGroupId())
                .findFirst()
                .orElseThrow();
    }

    /** What is not as expected, in words; empty if all is. */
    List<String> differences(Expectation expectation) {
        return expectation.differences(tables, new StoredMessages(tables, servers));
    }

    /** Sends messages and waits until their source has heard of them: what became of all of them together. */
    Outcome send(List<Input> messages) {
        Tables.Snapshot before = tables.snapshot();
        messages.stream().map(this::encoded).forEach(source::send);
        await(source::isAcknowledged);
        Tables.Snapshot after = tables.snapshot();
        List<String> deadLetters = tables.deadLetters(before);
        return new Outcome(
                what(deadLetters, after.keys() - before.keys(), messages),
                Tables.difference(before, after),
                tables.outbox(before),
                tables.jobs(before),
                deadLetters,
                tables.objects(before));
    }

    private Input encoded(Input message) {
        List<UnaryOperator<byte[]>> encodings = headgate.camelContext().getEndpoints().stream()
                .filter(DecodeEndpoint.class::isInstance)
                .map(endpoint -> ((DecodeEndpoint) endpoint).encoding())
                .flatMap(Optional::stream)
                .toList();
        if (!message.meant() || message.payload() == null || encodings.size() != 1) {
            return message;
        }
        try {
            return new Input(message.key(), message.headers(), encodings.get(0).apply(message.payload()), false);
        } catch (RejectedException e) {
            throw new ConfigurationException(
                    "The message %s does not fit the schema that the pipeline decodes by (%s): correct it; or have a test send other bytes, with text or base64."
                            .formatted(message.text(), e.getMessage()),
                    e);
        }
    }

    private String what(List<String> deadLetters, long keys, List<Input> messages) {
        if (!deadLetters.isEmpty()) {
            return "dead letter " + deadLetters.get(0);
        }
        if (keys > 0) {
            return "applied";
        }
        return messages.stream().anyMatch(message -> message.headers().containsKey("message-id"))
                ? "duplicate"
                : "filtered: no batch took it";
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new HeadgateException(
                        "The message is not acknowledged within %d s: the batch is held, and the log above says why."
                                .formatted(PATIENCE.toSeconds()));
            }
            try {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HeadgateException("Interrupted while a message was under way", e);
            }
        }
    }

    @Override
    public void close() {
        source.close();
        tables.close();
        headgate.close();
    }

    private static final class KafkaTopic implements Source {

        private final KafkaProducer<String, byte[]> producer;
        private final Admin admin;
        private final String group;
        private final TopicPartition partition;
        private long end;

        KafkaTopic(DemoServers servers, String topic, String group) {
            Map<String, Object> properties =
                    Map.of("bootstrap.servers", servers.kafka().bootstrapServers());
            producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
            admin = Admin.create(properties);
            this.group = group;
            this.partition = new TopicPartition(topic, 0);
        }

        @Override
        public void send(Input message) {
            ProducerRecord<String, byte[]> sent =
                    new ProducerRecord<>(partition.topic(), 0, message.key(), message.payload());
            message.headers()
                    .forEach((name, value) -> sent.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
            try {
                end = producer.send(sent).get().offset() + 1;
            } catch (ExecutionException e) {
                throw new HeadgateException("The embedded Kafka refuses: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HeadgateException("Interrupted while sending", e);
            }
        }

        @Override
        public boolean isAcknowledged() {
            try {
                OffsetAndMetadata committed = admin.listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(partition);
                return committed != null && committed.offset() >= end;
            } catch (ExecutionException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HeadgateException("Interrupted while a message was under way", e);
            }
        }

        @Override
        public void close() {
            producer.close();
            admin.close();
        }
    }

    private static final class SqsQueue implements Source {

        private static final Set<QueueAttributeName> LEFT = Set.of(
                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);

        private final SqsClient client;
        private final String url;

        SqsQueue(DemoServers servers, String queue) {
            client = servers.sqs().client();
            url = client.getQueueUrl(request -> request.queueName(queue)).queueUrl();
        }

        @Override
        public void send(Input message) {
            Map<String, MessageAttributeValue> attributes = new HashMap<>();
            message.headers()
                    .forEach((name, value) -> attributes.put(
                            name,
                            MessageAttributeValue.builder()
                                    .dataType("String")
                                    .stringValue(value)
                                    .build()));
            client.sendMessage(request -> request.queueUrl(url)
                    .messageBody(message.payload() == null ? "" : new String(message.payload(), StandardCharsets.UTF_8))
                    .messageAttributes(attributes));
        }

        @Override
        public boolean isAcknowledged() {
            return client
                    .getQueueAttributes(request -> request.queueUrl(url).attributeNames(LEFT))
                    .attributes()
                    .values()
                    .stream()
                    .allMatch("0"::equals);
        }

        @Override
        public void close() {
            // The client is the server's.
        }
    }
}

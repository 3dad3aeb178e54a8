package dev.headgate.rehearsal;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.app.Headgate;
import dev.headgate.app.RoutesCheck;
import dev.headgate.database.Database;
import dev.headgate.database.RolledBackSession;
import dev.headgate.decode.DecodeEndpoint;
import dev.headgate.demo.DemoServers;
import dev.headgate.failure.RejectedException;
import dev.headgate.ledger.Ledger;
import dev.headgate.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * One pipeline, running on embedded servers, with a database of its own, or in that of the settings in a transaction that is
 * rolled back. Used by one thread.
 */
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

    /** What the pipeline writes to. */
    private interface Store extends AutoCloseable {

        Headgate start(Map<String, String> atOnce, Path folder, Fate fate);

        /** Of the started routes. */
        Tables tables();

        RowChanges rows();

        /** Why nothing more can be written; null if it can. */
        @Nullable
        String ended();

        @Override
        void close();
    }

    private final DemoServers servers;
    private final Store store;
    private final Fate fate = new Fate();
    private final Headgate headgate;
    private final Source source;
    private final Tables tables;
    private final RowChanges rows;
    private long dropped;

    /**
     * Starts the routes of a folder, with a database of their own.
     *
     * @param database a name for the database, which is made
     */
    Rehearsal(DemoServers servers, Path folder, Settings given, String database) {
        this(servers, folder, given, () -> new OwnDatabase(servers, given, database));
    }

    /** Starts the routes of a folder in the database of the settings, in a transaction that is rolled back. */
    Rehearsal(DemoServers servers, Path folder, Settings given) {
        this(servers, folder, given, () -> new RolledBack(servers, given));
    }

    /** @param database is opened last, for nobody waits for it then */
    private Rehearsal(DemoServers servers, Path folder, Settings given, Supplier<Store> database) {
        this.servers = servers;
        String uri = source(folder, given);
        String name = name(uri);
        store = database.get();
        try {
            headgate = store.start(AT_ONCE, folder, fate);
            source = uri.startsWith("kafka:")
                    ? new KafkaTopic(servers, name, group(headgate, name))
                    : new SqsQueue(servers, name);
            tables = store.tables();
            rows = store.rows();
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    /** The one source of a folder; makes what stands in for it, and for what its routes name. */
    private String source(Path folder, Settings given) {
        RoutesCheck.Pipeline pipeline = RoutesCheck.pipeline(folder, given);
        if (pipeline.sources().size() != 1) {
            throw new ConfigurationException(
                    "%s has %d routes that lead from kafka: or aws2-sqs: to a batch, expected one: try each in a folder of its own."
                            .formatted(folder, pipeline.sources().size()));
        }
        String uri = pipeline.sources().get(0);
        if (uri.startsWith("kafka:")) {
            servers.kafka().createTopic(name(uri), 1, Map.of());
        } else {
            servers.sqs().createQueue(name(uri), Map.of());
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
        return uri;
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
        fate.forget();
        Tables.Snapshot before = tables.snapshot();
        messages.stream().map(this::encoded).forEach(source::send);
        await(source::isAcknowledged);
        return new Outcome(
                what(),
                rows.next(),
                tables.outbox(before),
                tables.jobs(before),
                fate.deadLetters(),
                tables.objects(before),
                rows.notes());
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

    private Outcome.What what() {
        long sum = Objects.requireNonNull(
                        headgate.camelContext().getRegistry().lookupByNameAndType("ledger", Ledger.class))
                .dropped()
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
        boolean isDropped = sum > dropped;
        dropped = sum;
        if (!fate.deadLetters().isEmpty()) {
            return Outcome.What.DEAD_LETTER;
        }
        if (fate.isApplied()) {
            return Outcome.What.APPLIED;
        }
        return isDropped || fate.isDuplicate() ? Outcome.What.DUPLICATE : Outcome.What.FILTERED;
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            String over = store.ended();
            if (over != null) {
                throw new HeadgateException("Nothing is written: " + over);
            }
            if (System.nanoTime() > end) {
                String failure = fate.failure();
                throw new HeadgateException("The message is not acknowledged within %d s: %s"
                        .formatted(
                                PATIENCE.toSeconds(),
                                failure == null ? "nobody says why." : "its batch is held, for " + failure));
            }
            try {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HeadgateException("Interrupted while a message was under way", e);
            }
        }
    }

    /** Nothing is sent any more: lets go of what others may wait for. */
    void rollBack() {
        store.close();
    }

    @Override
    public void close() {
        rollBack();
        source.close();
        headgate.close();
    }

    /** On the embedded server: what is written is committed. */
    private static final class OwnDatabase implements Store {

        private final DemoServers servers;
        private final Settings given;
        private final String url;
        private final Tables tables;

        OwnDatabase(DemoServers servers, Settings given, String database) {
            this.servers = servers;
            this.given = given;
            String all = servers.postgres().jdbcUrl();
            new JdbcTemplate(dataSource(all)).execute("create database " + database);
            url = all.replaceFirst("/[^/?]+(\\?|$)", "/" + database + "$1");
            tables = new Tables(dataSource(url), "true");
        }

        private PGSimpleDataSource dataSource(String of) {
            PGSimpleDataSource dataSource = new PGSimpleDataSource();
            dataSource.setUrl(of);
            dataSource.setUser(servers.postgres().user());
            dataSource.setPassword(servers.postgres().password());
            return dataSource;
        }

        @Override
        public Headgate start(Map<String, String> atOnce, Path folder, Fate fate) {
            Map<String, String> own = new HashMap<>(atOnce);
            own.put("headgate.database.url", url);
            return Headgate.start(servers.in(given).with(own, "the rehearsal"), folder, Map.of("fate", fate));
        }

        @Override
        public Tables tables() {
            return tables;
        }

        @Override
        public RowChanges rows() {
            return new AllRows(tables);
        }

        @Override
        public @Nullable String ended() {
            return null;
        }

        @Override
        public void close() {
            // The database is the server's.
        }
    }

    /** In the database of the settings: what is written is rolled back. */
    private static final class RolledBack implements Store {

        private static final String FOREVER = "outbox:*,job:*,purge-*,release-held,sweep-objects";

        private final DemoServers servers;
        private final Settings given;
        private final RolledBackSession session;
        private final Database database;
        private final Tables tables;
        private final Connection committed;

        RolledBack(DemoServers servers, Settings given) {
            this.servers = servers;
            this.given = given;
            session = RolledBackSession.open(given);
            committed = session.committed();
            database = new Database(session);
            tables = new Tables(database.dataSource(), RowsToRollBack.MINE);
        }

        @Override
        public Headgate start(Map<String, String> atOnce, Path folder, Fate fate) {
            Map<String, String> own = new HashMap<>(atOnce);
            own.put("camel.main.auto-startup-exclude-pattern", FOREVER);
            Headgate started = started(servers.aroundDatabase(given).with(own, "the rehearsal"), folder, fate);
            Map<String, DataSource> all = started.camelContext().getRegistry().findByTypeWithName(DataSource.class);
            all.values().remove(database.dataSource());
            if (!all.isEmpty()) {
                started.close();
                throw new ConfigurationException(
                        "The routes have data sources of their own, %s: what is written through these would stay. Try them without --database."
                                .formatted(all.keySet()));
            }
            return started;
        }

        private Headgate started(Settings settings, Path folder, Fate fate) {
            try {
                Headgate started = Headgate.start(settings, folder, Map.of("fate", fate), database);
                String over = session.ended();
                if (over != null) {
                    started.close();
                    throw new HeadgateException("Nothing is written: " + over);
                }
                return started;
            } catch (RuntimeException e) {
                String over = session.ended();
                throw over == null || e instanceof HeadgateException
                        ? e
                        : new HeadgateException("Nothing is written: " + over, e);
            }
        }

        @Override
        public Tables tables() {
            return tables;
        }

        @Override
        public RowChanges rows() {
            return new RowsToRollBack(tables, committed);
        }

        @Override
        public @Nullable String ended() {
            return session.ended();
        }

        @Override
        public void close() {
            session.close();
            try {
                committed.close();
            } catch (SQLException e) {
                throw new HeadgateException("A connection cannot be closed: " + e.getMessage(), e);
            }
            database.close();
        }
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

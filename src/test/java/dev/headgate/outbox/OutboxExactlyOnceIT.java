package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headgate.chaos.FrozenProcess;
import dev.headgate.devservices.DevKafka;
import dev.headgate.kafka.KafkaDefaults;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reads what is committed sees each entry once, whatever happens to the relays. */
class OutboxExactlyOnceIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int FAULTS = Integer.getInteger("relay.faults", 3);
    /** False shows what the option is good for. */
    private static final boolean OPTION = Boolean.parseBoolean(System.getProperty("relay.exactlyOnce", "true"));

    private static final int PARTITIONS = 4;

    private static final String ANYBODY = "User:ANONYMOUS";
    private static final ResourcePattern CLUSTER =
            new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL);
    private static final ResourcePattern RELAYS =
            new ResourcePattern(ResourceType.TOPIC, "headgate-relays", PatternType.LITERAL);

    private static final Path CHILDREN = Path.of("target", "relay-child.log");

    @TempDir
    static Path directory;

    private static DevKafka kafka;

    private final List<Process> children = new ArrayList<>();
    private OutboxDatabase database;

    @BeforeAll
    static void startKafka() {
        kafka = DevKafka.start(
                directory,
                Map.of(
                        "authorizer.class.name",
                        StandardAuthorizer.class.getName(),
                        "allow.everyone.if.no.acl.found",
                        "true"));
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void start() throws Exception {
        database = OutboxDatabase.shared();
    }

    @AfterEach
    void stop() throws Exception {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
        try (Admin admin = admin()) {
            allowAll(admin);
        }
    }

    @Test
    void nothing_repeats_or_steps_back_when_relays_are_killed_and_frozen_and_the_broker_restarts() throws Exception {
        long seed = System.nanoTime();
        System.out.println("Seed " + seed);
        Random random = new Random(seed);
        kafka.createTopic("orders-" + seed, PARTITIONS, Map.of());
        Files.deleteIfExists(CHILDREN);
        children.add(child("orders-" + seed));
        children.add(child("orders-" + seed));
        AtomicBoolean writing = new AtomicBoolean(true);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            while (writing.get()) {
                // No more than relays can take.
                if (database.count("delivered_at is null") < 2000) {
                    database.write("orders", 200, 100);
                }
            }
        });
        await().atMost(SOON).until(() -> delivered() > 1000);

        for (int fault = 1; fault <= FAULTS; fault++) {
            if (fault == FAULTS / 2) {
                kafka.restart();
            }
            int victim = random.nextInt(2);
            Process child = children.get(victim);
            await().atMost(SOON).until(() -> freezeWithShardsInHand(child));
            boolean kill = fault % 3 == 0;
            if (kill) {
                child.destroyForcibly().waitFor();
                children.set(victim, child("orders-" + seed));
            }
            assertThat(expireLeaseOf(child)).isPositive();
            await().atMost(SOON).until(() -> shardsOf(child) == 0);
            if (!kill) {
                FrozenProcess.thaw(child.pid());
            }
            long before = delivered();
            await().atMost(SOON).until(() -> delivered() > before + 500);
        }
        await().atMost(SOON).until(() -> !OPTION || Files.readString(CHILDREN).contains("has lost its place in Kafka"));
        writing.set(false);
        writer.join();
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);

        assertEachOnceInOrder("orders-" + seed);
    }

    @Test
    void a_database_that_is_older_than_what_was_sent_from_it_is_relayed_only_when_somebody_has_looked_at_it()
            throws Exception {
        kafka.createTopic("restored", PARTITIONS, Map.of());
        database.write("orders", 1000, 100);
        try (CamelContext context = relay("outbox:orders?exactlyOnce=true", "kafka:restored")) {
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        }
        long sent = database.sql.queryForObject("select max(id) from headgate.outbox", Long.class);

        // What a backup from before its last 600 entries has, of which 100 had been delivered by then.
        database.sql.update("delete from headgate.outbox where id > ?", sent - 600);
        database.sql.update("update headgate.outbox set delivered_at = null where id > ?", sent - 900);
        database.sql.queryForList("select setval('headgate.outbox_id_seq', ?)", sent - 600);
        try (CamelContext context = relay("outbox:orders?exactlyOnce=true", "kafka:restored")) {
            await().atMost(SOON)
                    .until(() -> !Relays.component(context).troubles().isEmpty());
            assertThat(Relays.component(context).troubles().get("outbox:orders"))
                    .contains(
                            "last id was " + (sent - 600) + " when " + sent + " was sent",
                            "update headgate.outbox_shard");
        }
        database.write("orders", 1000, 100);
        assertThat(database.count("id between %d and %d".formatted(sent - 599, sent)))
                .as("ids that were used before")
                .isZero();
        try (CamelContext context = relay("outbox:orders?exactlyOnce=true", "kafka:restored")) {
            // There are enough new ones by now to hide it.
            await().atMost(SOON)
                    .until(() -> !Relays.component(context).troubles().isEmpty());

            database.sql.update("update headgate.outbox set delivered_at = now() where id <= ?", sent);
            database.sql.update("update headgate.outbox_shard set holder = null, expires_at = null");
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        }
        assertThat(readAll("restored")).hasSize(2000);
    }

    @Test
    void nothing_is_sent_as_long_as_there_is_no_topic_that_keeps_what_was_sent() throws Exception {
        kafka.createTopic("unproven", PARTITIONS, Map.of());
        database.write("orders", 100, 10);
        try (Admin admin = admin()) {
            if (admin.listTopics().names().get().contains(RELAYS.name())) {
                admin.deleteTopics(List.of(RELAYS.name())).all().get();
            }
            await().atMost(SOON).until(() -> !admin.listTopics().names().get().contains(RELAYS.name()));

            admin.createAcls(List.of(
                            allow("User:somebody", RELAYS, AclOperation.ALL),
                            allow(ANYBODY, CLUSTER, AclOperation.ALL),
                            acl(ANYBODY, CLUSTER, AclOperation.CREATE, AclPermissionType.DENY)))
                    .all()
                    .get();
            try (CamelContext context = relay("outbox:orders?exactlyOnce=true", "kafka:unproven")) {
                awaitTrouble(context, "headgate-relays", "is not authorized in Kafka", "DESCRIBE_CONFIGS");

                admin.createAcls(List.of(
                                allow(ANYBODY, RELAYS, AclOperation.DESCRIBE),
                                allow(ANYBODY, RELAYS, AclOperation.DESCRIBE_CONFIGS)))
                        .all()
                        .get();
                awaitTrouble(
                        context,
                        "headgate-relays",
                        "is missing and cannot be made",
                        "cleanup.policy=compact",
                        "CREATE");
            }
            allowAll(admin);

            DevKafka.createTopic(admin, RELAYS.name(), 1, Map.of("cleanup.policy", "compact,delete"));
            try (CamelContext context = relay("outbox:orders?exactlyOnce=true", "kafka:unproven")) {
                awaitTrouble(context, "headgate-relays", "cleanup.policy=compact,delete", "set it to compact");
                assertThat(readAll("unproven")).isEmpty();

                admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, RELAYS.name()),
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
            }
        }
        assertThat(readAll("unproven")).hasSize(100);
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    private static void allowAll(Admin admin) throws Exception {
        admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
    }

    private static void awaitTrouble(CamelContext context, String... parts) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Relays.component(context).troubles())
                        .hasEntrySatisfying(
                                "outbox:orders", trouble -> assertThat(trouble).contains(parts)));
    }

    private static AclBinding allow(String principal, ResourcePattern resource, AclOperation operation) {
        return acl(principal, resource, operation, AclPermissionType.ALLOW);
    }

    private static AclBinding acl(
            String principal, ResourcePattern resource, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(resource, new AccessControlEntry(principal, "*", operation, permission));
    }

    @Test
    void an_end_that_takes_no_part_in_transactions_is_refused_at_the_start() {
        assertThatThrownBy(() -> relay("outbox:orders?exactlyOnce=true", "http:127.0.0.1:1/orders"))
                .hasStackTraceContaining("takes no part in Kafka's transactions: leave it out, or that one");
        assertThatThrownBy(() -> relay("outbox:orders?exactlyOnce=true", "log:orders"))
                .hasStackTraceContaining("routes that end in kafka:");
        assertThatThrownBy(() -> relay("outbox:orders?exactlyOnce=true&concurrency=2", "kafka:orders"))
                .hasStackTraceContaining("leave out one of them");
        assertThatThrownBy(() -> relay(
                        "outbox:orders?exactlyOnce=true",
                        "kafka:orders?keySerializer=" + ByteArraySerializer.class.getName()))
                .hasStackTraceContaining("has the keySerializer");
    }

    private CamelContext relay(String from, String to) throws Exception {
        CamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("dataSource", database.pool);
        KafkaComponent component = KafkaDefaults.component();
        component.getConfiguration().setBrokers(kafka.bootstrapServers());
        context.addComponent("kafka", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(from).routeId("relay").to(to);
            }
        });
        try {
            context.start();
        } catch (Exception e) {
            context.close();
            throw e;
        }
        return context;
    }

    private void assertEachOnceInOrder(String topic) {
        int repeats = 0;
        int stepsBack = 0;
        int seen = 0;
        Map<Long, Integer> times = new HashMap<>();
        Map<String, Long> latest = new HashMap<>();
        for (ConsumerRecord<String, byte[]> entry : readAll(topic)) {
            long id = Receiver.entry(
                    new String(entry.headers().lastHeader("message-id").value(), StandardCharsets.UTF_8));
            seen++;
            repeats += times.merge(id, 1, Integer::sum) > 1 ? 1 : 0;
            Long before = latest.put(entry.key(), id);
            stepsBack += before != null && before > id ? 1 : 0;
        }
        System.out.println(
                FAULTS + " faults, " + seen + " records, " + repeats + " repeats, " + stepsBack + " steps back");
        assertThat(repeats).as("repeats").isZero();
        assertThat(stepsBack).as("steps back").isZero();
        assertThat(times).hasSize((int) database.count("true"));
    }

    private Process child(String topic) throws Exception {
        return RelayMain.start(
                CHILDREN,
                database.server.jdbcUrl(),
                database.server.user(),
                "outbox:orders?pollInterval=50&maxEntries=100&backoffBase=50&backoffCap=500"
                        + (OPTION ? "&exactlyOnce=true" : ""),
                "kafka:" + topic + "?brokers=" + kafka.bootstrapServers());
    }

    private boolean freezeWithShardsInHand(Process child) {
        FrozenProcess.freeze(child.pid());
        if (shardsOf(child) > 0) {
            return true;
        }
        FrozenProcess.thaw(child.pid());
        return false;
    }

    private static String holder(Process child) {
        return "% of process " + child.pid() + ", %";
    }

    private long shardsOf(Process child) {
        return database.sql.queryForObject(
                "select count(*) from headgate.outbox_shard where holder like ?", Long.class, holder(child));
    }

    /** Earlier than the child itself knows: what it does then has to be held up by Kafka alone. */
    private int expireLeaseOf(Process child) {
        return database.sql.update(
                "update headgate.outbox_shard set expires_at = now() - interval '1 second' where holder like ?",
                holder(child));
    }

    private long delivered() {
        return database.count("delivered_at is not null");
    }

    private List<ConsumerRecord<String, byte[]>> readAll(String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            partitions.add(new TopicPartition(topic, partition));
        }
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Before it, all relays have ended or none is sending.
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}

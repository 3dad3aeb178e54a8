package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.devservices.DevKafka;
import dev.headgate.kafka.KafkaDefaults;
import dev.headgate.message.ExchangeBulk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxKafkaIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int ENTRIES = Integer.getInteger("outbox.entries", 20_000);

    @TempDir
    Path directory;

    private DevKafka kafka;
    private OutboxDatabase database;
    private final AtomicInteger exchanges = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        database = OutboxDatabase.shared();
        kafka = DevKafka.start(directory);
        kafka.createTopic("events", 4, Map.of("max.message.bytes", "900000"));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    private CamelContext relay() throws Exception {
        return relay(kafka.bootstrapServers());
    }

    private CamelContext relay(String brokers) throws Exception {
        CamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("dataSource", database.pool);
        context.addComponent("kafka", KafkaDefaults.component());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:events?backoffBase=50&backoffCap=500")
                        .process(exchange -> {
                            exchanges.incrementAndGet();
                            for (Exchange entry :
                                    (ExchangeBulk) exchange.getMessage().getBody()) {
                                Object topic = entry.getMessage().getHeader("topic");
                                entry.getMessage().setHeader(KafkaConstants.OVERRIDE_TOPIC, topic);
                            }
                        })
                        .to("kafka:events?brokers=" + brokers
                                + "&deliveryTimeoutMs=3000&requestTimeoutMs=1000&maxBlockMs=2000");
            }
        });
        context.start();
        return context;
    }

    @Test
    void entries_reach_kafka_in_bulk_in_order_and_with_their_headers() throws Exception {
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, headers, payload)
                select 'test', 'events', 'key-' || i % 1000, '{"trace":"t"}',
                    convert_to(i || repeat('x', 250), 'UTF8')
                from generate_series(1, ?) i
                """, ENTRIES);
        database.sql.update("insert into headgate.outbox (pipeline, destination) values ('test', 'events')");

        try (CamelContext context = relay()) {
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        }

        Map<String, Object> figures = database.sql.queryForMap("""
                select count(*) as entries, extract(epoch from max(delivered_at) - min(delivered_at)) as seconds
                from headgate.outbox
                """);
        System.out.println("Relayed " + figures + " in " + exchanges + " exchanges");
        assertThat(exchanges.get()).isLessThan(ENTRIES / 100);
        List<ConsumerRecord<String, byte[]>> records = readAll();
        assertThat(records).hasSize(ENTRIES + 1);
        Map<String, Long> latest = new HashMap<>();
        for (ConsumerRecord<String, byte[]> entry : records) {
            Long id = Receiver.entry(header(entry, "message-id"));
            assertThat(header(entry, "content-type")).isEqualTo("application/json");
            if (entry.key() == null) {
                assertThat(entry.value()).isNull();
            } else {
                assertThat(header(entry, "trace")).isEqualTo("t");
                Long before = latest.put(entry.key(), id);
                assertThat(before == null || before < id).isTrue();
            }
        }
    }

    /** Several requests of one partition, the first of which finds no leader: KAFKA-15591. */
    @Test
    void a_partition_that_is_not_led_yet_gets_its_entries_in_order() throws Exception {
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'events', 'key', convert_to(i || repeat('x', 2000), 'UTF8') from generate_series(1, 400) i
                """);

        int port = Integer.parseInt(kafka.bootstrapServers().replaceFirst(".*:", ""));
        try (FirstRefused broker = new FirstRefused(port);
                CamelContext context = relay(broker.bootstrapServers())) {
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
            assertThat(broker.hasRefused()).isTrue();
        }

        assertThat(readAll().stream()
                        .map(entry -> Receiver.entry(header(entry, "message-id")))
                        .toList())
                .hasSize(400)
                .isSorted();
    }

    @Test
    void entries_that_kafka_can_never_take_are_refused_and_hold_up_nothing() throws Exception {
        kafka.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        database.sql.execute("truncate headgate.dead_letter");
        // More than max.request.size, then more than the topic takes; each with others of its key behind it.
        for (int bytes : List.of(3_000_000, 1_000_000)) {
            database.write("events", 500, 50);
            database.sql.update("""
                    insert into headgate.outbox (pipeline, destination, key, payload)
                    select 'test', 'events', 'key-' || i, convert_to(repeat('x', ?), 'UTF8') from generate_series(1, 3) i
                    """, bytes);
        }
        database.writeUnchecked("events", "key-4", "[1,2]");
        database.write("events", 500, 50);
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, headers, payload)
                values ('test', 'events', '{"topic":"compacted"}', 'x'), ('test', 'events', '{"topic":"no topic"}', 'x')
                """);
        try (CamelContext context = relay()) {
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        }
        assertThat(database.sql.queryForList(
                        "select reason || ' ' || count(*) from headgate.dead_letter group by reason", String.class))
                .containsExactlyInAnyOrder(
                        "RecordTooLargeException 6",
                        "headers are no object 1",
                        "InvalidRecordException 1",
                        "InvalidTopicException 1");
        assertThat(database.count("true")).isEqualTo(1500);
        List<Long> ids = readAll().stream()
                .map(entry -> Receiver.entry(header(entry, "message-id")))
                .toList();
        assertThat(ids).hasSize(1500).doesNotHaveDuplicates();
    }

    @Test
    void a_restart_of_kafka_loses_and_reorders_nothing() throws Exception {
        database.write("events", 500, 50);
        try (CamelContext context = relay()) {
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
            kafka.stop();
            database.write("events", 500, 50);
            await().atMost(SOON).until(() -> database.count("attempts > 0 and delivered_at is null") > 0);
            kafka.restart();
            await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        }
        Map<String, Long> latest = new HashMap<>();
        readAll().forEach(entry -> latest.put(entry.key(), Receiver.entry(header(entry, "message-id"))));
        List<Map<String, Object>> last =
                database.sql.queryForList("select key, max(id) as id from headgate.outbox group by key");
        assertThat(last)
                .allSatisfy(row -> assertThat(latest).containsEntry((String) row.get("key"), (Long) row.get("id")));
    }

    private static String header(ConsumerRecord<String, byte[]> entry, String name) {
        return new String(entry.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private List<ConsumerRecord<String, byte[]>> readAll() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor("events").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            await().atMost(SOON).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return partitions.stream().allMatch(partition -> consumer.position(partition) >= ends.get(partition));
            });
        }
        return records;
    }
}

package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevRegistry;
import dev.headgate.kafka.KafkaDefaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay encodes: nothing is lost or out of order while the registry is away, and what does not fit holds up nothing. */
class OutboxEncodeIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Schema SCHEMA = new Schema.Parser().parse("""
            {"type":"record","name":"Event","fields":[
              {"name":"number","type":"int"},{"name":"note","type":["null","string"],"default":null}]}""");

    @TempDir
    static Path directory;

    private static DevKafka kafka;

    private final String topic = "encoded-" + System.nanoTime();
    private OutboxDatabase database;
    private DevRegistry registry;

    @BeforeAll
    static void startKafka() {
        kafka = DevKafka.start(directory);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void start() throws Exception {
        database = OutboxDatabase.shared();
        database.sql.execute("truncate headgate.dead_letter");
        registry = DevRegistry.start();
        kafka.createTopic(topic, 4, Map.of());
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private CamelContext relay(String options) throws Exception {
        CamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("dataSource", database.pool);
        context.addComponent("kafka", KafkaDefaults.component());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:encoded?backoffBase=50&backoffCap=500" + options)
                        .to("encode:avro?registry=" + registry.url())
                        .to("kafka:" + topic + "?brokers=" + kafka.bootstrapServers());
            }
        });
        context.start();
        return context;
    }

    @Test
    void entries_are_encoded_with_one_question_while_the_registry_is_there_and_without_it() throws Exception {
        int id = registry.register(topic + "-value", "AVRO", SCHEMA.toString());
        write(1, 5_000);
        try (CamelContext context = relay("")) {
            awaitDelivery();
            registry.away(true);
            write(5_001, 6_000);
            database.sql.update(
                    "insert into headgate.outbox (pipeline, destination, key) values ('test', 'encoded', 'gone')");
            awaitDelivery();
        }
        List<ConsumerRecord<String, byte[]>> records = readAll();
        assertThat(records).hasSize(6_001);
        requireOrder(records);
        assertThat(records).allSatisfy(sent -> {
            if (sent.key().equals("gone")) {
                assertThat(sent.value()).isNull();
            } else {
                assertThat(ByteBuffer.wrap(sent.value()).getInt(1)).isEqualTo(id);
                assertThat(header(sent, "content-type")).isEqualTo("application/avro");
            }
        });
        assertThat(registry.asked()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&concurrency=4", "&exactlyOnce=true"})
    void a_registry_that_is_away_or_lacks_the_subject_loses_and_reorders_nothing(String options) throws Exception {
        registry.away(true);
        write(1, 1_000);
        try (CamelContext context = relay(options)) {
            await().atMost(SOON).until(() -> database.count("attempts > 1") > 0);
            write(1_001, 2_000);
            registry.away(false);
            int asked = registry.asked();
            await().atMost(SOON).until(() -> registry.asked() > asked + 1);
            assertThat(database.count("delivered_at is null")).isEqualTo(2_000);
            registry.register(topic + "-value", "AVRO", SCHEMA.toString());
            awaitDelivery();
        }
        List<ConsumerRecord<String, byte[]>> records = readAll();
        assertThat(records).hasSize(2_000);
        requireOrder(records);
        assertThat(database.sql.queryForObject("select count(*) from headgate.dead_letter", Long.class))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&concurrency=4", "&exactlyOnce=true"})
    void an_entry_that_does_not_fit_becomes_a_dead_letter_as_it_was_and_those_behind_it_go_on(String options)
            throws Exception {
        registry.register(topic + "-value", "AVRO", SCHEMA.toString());
        write(1, 500);
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'encoded', 'key-3', convert_to(p, 'UTF8')
                from unnest(array['{"number":"x"}', '{"number":1,"more":2}', '{"number"', '{"number":3000000000}']) p
                """);
        write(501, 1_000);
        try (CamelContext context = relay(options)) {
            awaitDelivery();
        }
        assertThat(database.sql.queryForList("""
                        select reason || ' | ' || error || ' | ' || convert_from(payload, 'UTF8')
                        from headgate.dead_letter where stage = 'outbox:encoded' order by 1
                        """, String.class))
                .containsExactly(
                        "broken JSON | RejectedException: Unexpected end-of-input within/between Object entries | {\"number\"",
                        "schema: $.more | RejectedException: $.more: expected no such field, as the schema has none, found 2"
                                + " | {\"number\":1,\"more\":2}",
                        "schema: $.number | RejectedException: $.number: expected a whole number, int, found \"x\""
                                + " | {\"number\":\"x\"}",
                        "schema: $.number | RejectedException: $.number: expected a whole number, int, found 3000000000"
                                + " | {\"number\":3000000000}");
        List<ConsumerRecord<String, byte[]>> records = readAll();
        assertThat(records).hasSize(1_000);
        requireOrder(records);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&concurrency=4", "&exactlyOnce=true"})
    void of_a_bulk_that_fits_nowhere_nothing_is_sent(String options) throws Exception {
        registry.register(topic + "-value", "AVRO", SCHEMA.toString());
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'encoded', 'key-' || i, convert_to('{}', 'UTF8') from generate_series(1, 3) i
                """);
        try (CamelContext context = relay(options)) {
            awaitDelivery();
        }
        assertThat(database.sql.queryForList(
                        "select reason || ' ' || count(*) from headgate.dead_letter group by reason", String.class))
                .containsExactly("schema: $.number 3");
        assertThat(readAll()).isEmpty();
    }

    private void write(int from, int to) {
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'encoded', 'key-' || i % 50, convert_to(json_build_object('number', i)::text, 'UTF8')
                from generate_series(?, ?) i
                """, from, to);
    }

    private void awaitDelivery() {
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
    }

    /** What Avro's own library reads: of each key the numbers go up. */
    private static void requireOrder(List<ConsumerRecord<String, byte[]>> records) throws IOException {
        Map<String, Integer> latest = new HashMap<>();
        for (ConsumerRecord<String, byte[]> sent : records) {
            if (sent.value() != null) {
                GenericRecord event = new GenericDatumReader<GenericRecord>(SCHEMA)
                        .read(null, DecoderFactory.get().binaryDecoder(sent.value(), 5, sent.value().length - 5, null));
                Integer number = (Integer) event.get("number");
                Integer before = latest.put(sent.key(), number);
                assertThat(before == null || before < number).isTrue();
                assertThat(sent.key()).isEqualTo("key-" + number % 50);
            }
        }
    }

    private static String header(ConsumerRecord<String, byte[]> sent, String name) {
        return new String(sent.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private List<ConsumerRecord<String, byte[]>> readAll() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
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

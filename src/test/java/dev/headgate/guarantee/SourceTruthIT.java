package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.devservices.DevKafka;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no longer in a topic, or is in another one of the same name, is neither skipped nor taken for known in silence. */
class SourceTruthIT {

    /** Raw warnings of Kafka's client come twice a second, for each of what is away. */
    private static final int FEW = 8;

    private static final String READY = "/observe/health/ready";

    private final Pipeline pipeline = new Pipeline(1);
    private final Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) Servers.KAFKA.bootstrapServers()));
    private final TopicPartition partition = new TopicPartition(pipeline.topic, 0);
    private int port;
    private int sent;

    @BeforeEach
    void choosePort() throws Exception {
        port = Scrape.freePort();
    }

    @AfterEach
    void close() {
        pipeline.close();
        admin.close();
    }

    @Test
    void records_that_the_broker_no_longer_has_are_counted_and_the_others_applied() throws Exception {
        fifteenAreMissing();

        Headgate headgate = start(Map.of());
        awaitApplied(15);
        Pipeline.await().untilAsserted(() -> assertThat(missing()).isEqualTo(15));
        assertThat(Scrape.get(port, "/observe/status").body()).contains("\"missing\":15");
        pipeline.stop(headgate);

        start(Map.of());
        send(1);
        awaitApplied(16);
        assertThat(missing()).as("counted once").isZero();
    }

    @Test
    void a_source_that_is_to_stop_at_missing_records_waits_for_a_person() throws Exception {
        fifteenAreMissing();

        Headgate stopping = start(Map.of("headgate.kafka.stop-on-missing", "true"));
        Pipeline.await().untilAsserted(() -> {
            HttpResponse<String> ready = Scrape.get(port, READY);
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains(partition + "", "10 to 24", "headgate.kafka.stop-on-missing");
        });
        assertThat(missing()).isEqualTo(15);
        assertThat(applied()).isEqualTo(10);
        pipeline.stop(stopping);
        assertThat(pipeline.committed()).isEqualTo(10);

        start(Map.of());
        awaitApplied(15);
    }

    @Test
    void a_topic_that_is_made_again_while_nobody_reads_is_read_from_its_start() throws Exception {
        Headgate first = start(Map.of());
        send(10);
        awaitApplied(10);
        pipeline.stop(first);
        makeAgain();
        send(3_000);

        start(Map.of());
        awaitApplied(3_010);
    }

    @Test
    void a_topic_that_is_made_again_while_it_is_read_is_read_from_its_start_each_record_once() throws Exception {
        start(Map.of());
        send(10);
        awaitApplied(10);
        makeAgain();
        send(3_000);

        awaitApplied(3_010);
        pipeline.flush();
        assertThat(pipeline.count(
                        "select count(*) from headgate.ledger where key like '@at:" + pipeline.topic + "@1-%'"))
                .isEqualTo(3_000);
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(3_000));
    }

    @Test
    void lag_is_what_can_be_read_and_what_an_open_transaction_hides_is_told_apart() throws Exception {
        start(Map.of());
        try (KafkaProducer<String, byte[]> producer = transactional()) {
            producer.beginTransaction();
            transact(producer, 3);
            producer.commitTransaction();
            producer.beginTransaction();
            transact(producer, 50);
            producer.abortTransaction();
            awaitApplied(3);
            // Together: what was asked for while the first was open has no lag either.
            Pipeline.await().untilAsserted(() -> {
                assertThat(gauge("headgate_kafka_lag_messages")).isZero();
                assertThat(gauge("headgate_kafka_unreadable_messages")).isZero();
            });

            producer.beginTransaction();
            transact(producer, 5);
            producer.flush();
            send(4);
            Pipeline.await().untilAsserted(() -> assertThat(gauge("headgate_kafka_unreadable_messages"))
                    .isEqualTo(9));
            assertThat(gauge("headgate_kafka_lag_messages")).isZero();
            producer.commitTransaction();
        }
        awaitApplied(12);
        Pipeline.await().untilAsserted(() -> assertThat(gauge("headgate_kafka_unreadable_messages"))
                .isZero());
    }

    @Test
    void a_broker_that_is_away_is_said_in_a_few_lines_with_where(@TempDir Path folder) throws Exception {
        try (DevKafka kafka = DevKafka.start(folder);
                Pipeline own = new Pipeline(1, Servers.POSTGRES, kafka);
                ChildProcess child = ChildProcess.run(own, management())) {
            Pipeline.await()
                    .untilAsserted(() ->
                            assertThat(Scrape.get(port, READY).statusCode()).isEqualTo(200));
            kafka.stop();
            String away = "no broker of " + kafka.bootstrapServers() + " answers";
            Pipeline.await()
                    .untilAsserted(
                            () -> assertThat(Scrape.get(port, READY).body()).contains(away));
            Pipeline.await().untilAsserted(() -> assertThat(child.output()).contains(away));
            kafka.restart();
            Pipeline.await()
                    .untilAsserted(() ->
                            assertThat(Scrape.get(port, READY).statusCode()).isEqualTo(200));
            assertThat(warnings(child)).as(child::output).hasSizeLessThan(FEW);
        }
    }

    @Test
    void a_topic_that_is_gone_is_said_in_a_few_lines_with_where() throws Exception {
        try (Pipeline own = new Pipeline(1);
                ChildProcess child = ChildProcess.run(own, management())) {
            Pipeline.await()
                    .untilAsserted(() ->
                            assertThat(Scrape.get(port, READY).statusCode()).isEqualTo(200));
            String servers = Servers.KAFKA.bootstrapServers();
            try (Admin there = Admin.create(Map.of("bootstrap.servers", (Object) servers))) {
                there.deleteTopics(List.of(own.topic)).all().get();
            }
            String gone = "there is no topic " + own.topic + " at " + servers;
            Pipeline.await()
                    .untilAsserted(
                            () -> assertThat(Scrape.get(port, READY).body()).contains(gone));
            Pipeline.await().untilAsserted(() -> assertThat(child.output()).contains(gone));
            assertThat(warnings(child)).as(child::output).hasSizeLessThan(FEW);
        }
    }

    @Test
    void a_topic_that_is_not_there_from_the_beginning_is_said_and_read_as_soon_as_it_is() throws Exception {
        try (Pipeline own = new Pipeline(1)) {
            admin.deleteTopics(List.of(own.topic)).all().get();
            Pipeline.await().until(() -> !admin.listTopics().names().get().contains(own.topic));
            try (ChildProcess child = ChildProcess.run(own, management())) {
                String missing = "there is no topic " + own.topic + " at " + Servers.KAFKA.bootstrapServers();
                Pipeline.await().untilAsserted(() -> {
                    HttpResponse<String> ready = Scrape.get(port, READY);
                    assertThat(ready.statusCode()).isEqualTo(503);
                    assertThat(ready.body()).contains(missing);
                });
                Pipeline.await().untilAsserted(() -> assertThat(child.output()).contains(missing));
                assertThat(warnings(child)).as(child::output).hasSizeLessThan(FEW);
                Servers.KAFKA.createTopic(own.topic, 1, Map.of());
                own.send("order1", null, Orders.json("order1", 1).getBytes(UTF_8));
                own.flush();
                Pipeline.await().untilAsserted(() -> assertThat(own.count("select count(*) from orders"))
                        .isEqualTo(1));
                Pipeline.await()
                        .untilAsserted(() ->
                                assertThat(Scrape.get(port, READY).statusCode()).isEqualTo(200));
            }
        }
    }

    @Test
    void a_batch_whose_route_is_not_started_and_what_fails_again_and_again_make_the_process_unready(
            @TempDir Path folder) throws Exception {
        RoutesFolder.copy(folder, "maxSize: 100");
        Path routes = folder.resolve("orders.camel.yaml");
        Files.writeString(
                routes,
                Files.readString(routes).replace("id: orders-write", "id: orders-write\n    autoStartup: \"false\""));
        pipeline.start(folder, management(), Map.of());
        send(1);
        Pipeline.await().untilAsserted(() -> assertThat(Scrape.get(port, READY).body())
                .contains(
                        "no route consumes from batch:orders",
                        partition + " is read again and again from offset 0: BatchStoppedException"));
    }

    /** A member that does not come back to a rebalance keeps the others out for as long as it may be away. */
    @Test
    void a_consumer_that_cannot_join_its_group_makes_the_process_unready_until_it_can() throws Exception {
        try (KafkaConsumer<byte[], byte[]> away = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        Servers.KAFKA.bootstrapServers(),
                        "group.id",
                        pipeline.topic,
                        "partition.assignment.strategy",
                        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            away.subscribe(List.of(pipeline.topic));
            Pipeline.await().until(() -> {
                away.poll(Duration.ofMillis(100));
                return !away.assignment().isEmpty();
            });
            start(Map.of());
            String outside = "the consumer of [%1$s] has not joined its group %1$s".formatted(pipeline.topic);
            Pipeline.await()
                    .untilAsserted(
                            () -> assertThat(Scrape.get(port, READY).body()).contains(outside));
        }
        Pipeline.await().untilAsserted(() -> assertThat(Scrape.get(port, READY).statusCode())
                .isEqualTo(200));
    }

    @Test
    void members_of_two_processes_with_one_group_instance_id_make_them_unready(@TempDir Path folder) throws Exception {
        RoutesFolder.copy(folder, "maxSize: 100");
        Path routes = folder.resolve("orders.camel.yaml");
        Files.writeString(
                routes,
                Files.readString(routes).replace("consumersCount: \"{{orders.consumers}}\"", "groupInstanceId: node"));
        pipeline.start(folder, management(), Map.of());
        Pipeline.await().untilAsserted(() -> assertThat(Scrape.get(port, READY).statusCode())
                .isEqualTo(200));
        pipeline.start(folder, Map.of(), Map.of());
        Pipeline.await().untilAsserted(() -> assertThat(Scrape.get(port, READY).body())
                .contains("two members with the group.instance.id node-0"));
    }

    @Test
    void consumers_of_one_group_instance_id_are_members_each(@TempDir Path folder) throws Exception {
        RoutesFolder.copy(folder, "maxSize: 100");
        Path routes = folder.resolve("orders.camel.yaml");
        Files.writeString(
                routes,
                Files.readString(routes)
                        .replace(
                                "consumersCount: \"{{orders.consumers}}\"",
                                "consumersCount: 2, groupInstanceId: node"));
        pipeline.start(folder, Map.of(), Map.of());
        send(10);
        awaitApplied(10);
        Pipeline.await().untilAsserted(() -> assertThat(instances()).isEqualTo(Set.of("node-0", "node-1")));
    }

    /** Of thirty, ten are applied; of the others the broker has the last five. */
    private void fifteenAreMissing() throws Exception {
        Headgate first = start(Map.of());
        send(10);
        awaitApplied(10);
        pipeline.stop(first);
        send(20);
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(25)))
                .all()
                .get();
    }

    private static List<String> warnings(ChildProcess child) {
        return child.output()
                .lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .toList();
    }

    private Headgate start(Map<String, String> more) {
        Map<String, String> overrides = management();
        overrides.putAll(more);
        return pipeline.start(overrides, Map.of());
    }

    private Map<String, String> management() {
        Map<String, String> overrides = new HashMap<>();
        overrides.put("camel.management.enabled", "true");
        overrides.put("camel.management.port", Integer.toString(port));
        return overrides;
    }

    /** Messages that have no id but their place. */
    private void send(int messages) {
        for (int i = 0; i < messages; i++) {
            String order = "order" + sent++;
            pipeline.send(order, null, Orders.json(order, 1).getBytes(UTF_8));
        }
        pipeline.flush();
    }

    private KafkaProducer<String, byte[]> transactional() {
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", Servers.KAFKA.bootstrapServers(), "transactional.id", pipeline.topic),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private void transact(KafkaProducer<String, byte[]> producer, int messages) {
        for (int i = 0; i < messages; i++) {
            String order = "order" + sent++;
            producer.send(Orders.message(
                    pipeline.topic, order, null, Orders.json(order, 1).getBytes(UTF_8)));
        }
    }

    private void makeAgain() throws Exception {
        admin.deleteTopics(List.of(pipeline.topic)).all().get();
        Pipeline.await().until(() -> !admin.listTopics().names().get().contains(pipeline.topic));
        Servers.KAFKA.createTopic(pipeline.topic, 1, Map.of());
    }

    private void awaitApplied(int orders) {
        Pipeline.await().untilAsserted(() -> assertThat(applied()).isEqualTo(orders));
        Pipeline.await().untilAsserted(() -> assertThat(
                        admin.listOffsets(Map.of(partition, org.apache.kafka.clients.admin.OffsetSpec.latest()))
                                .partitionResult(partition)
                                .get()
                                .offset())
                .isEqualTo(pipeline.committed()));
    }

    private long applied() {
        return pipeline.count("select count(*) from orders");
    }

    private double missing() throws Exception {
        return gauge("headgate_kafka_missing_messages_total");
    }

    /** What the meter says of the only partition. */
    private double gauge(String meter) throws Exception {
        return Scrape.of(port)
                .value(meter + "{partition=\"0\",pipeline=\"orders\",topic=\"%s\"}".formatted(pipeline.topic));
    }

    private Set<String> instances() throws Exception {
        return admin
                .describeConsumerGroups(List.of(pipeline.topic))
                .describedGroups()
                .get(pipeline.topic)
                .get()
                .members()
                .stream()
                .map(member -> member.groupInstanceId().orElse("none"))
                .collect(java.util.stream.Collectors.toSet());
    }
}

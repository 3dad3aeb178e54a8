package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Headgate's components in somebody else's Camel application, which knows Camel's own consumers only. */
class ForeignIT {

    private static final String WRITTEN = "select count(*) from written";

    @Test
    void an_outage_and_a_kill_lose_nothing_of_kafka() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            for (int i = 0; i < 100; i++) {
                pipeline.sendOrder("order-" + i, "", 1);
            }
            pipeline.flush();
            String from = "kafka:{{orders.topic}}?groupId={{orders.group}}&brokers={{camel.component.kafka.brokers}}"
                    + "&autoOffsetReset=earliest&autoCommitIntervalMs=50";
            outageAndKill(pipeline, 100, Duration.ofSeconds(2), from, pipeline::committed);
        }
    }

    /** Its thread would end with it, without a word. */
    @Test
    void an_error_of_a_deserializer_is_said_and_does_not_end_the_consumer() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.sendOrder("order-1", "", 1);
            pipeline.flush();
            pipeline.migrate();
            pipeline.execute("create table written (order_id text primary key)");
            String from = "kafka:{{orders.topic}}?groupId={{orders.group}}&brokers={{camel.component.kafka.brokers}}"
                    + "&valueDeserializer=" + WithoutItsClasses.class.getName();
            try (ChildProcess foreign = start(pipeline, from)) {
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.count(WRITTEN))
                        .as(foreign::output)
                        .isEqualTo(1));
                assertThat(foreign.output())
                        .contains("Reading from Kafka fails: java.lang.NoClassDefFoundError: org/example/Order");
            }
        }
    }

    /** At first, as a class path that is still being mended. */
    public static final class WithoutItsClasses extends ByteArrayDeserializer {

        private static final AtomicBoolean FIRST = new AtomicBoolean(true);

        @Override
        public byte[] deserialize(String topic, Headers headers, ByteBuffer data) {
            if (FIRST.getAndSet(false)) {
                throw new NoClassDefFoundError("org/example/Order");
            }
            return super.deserialize(topic, headers, data);
        }
    }

    /** The outage takes longer than the queue would wait: what is received a fifth time goes to its dead letter queue. */
    @Test
    void an_outage_and_a_kill_lose_nothing_of_sqs() throws Exception {
        try (SqsPipeline queue = new SqsPipeline()) {
            queue.sqs.createQueue("moved", Map.of());
            queue.configure(Map.of(
                    QueueAttributeName.REDRIVE_POLICY,
                    "{\"deadLetterTargetArn\":\"arn:aws:sqs:elasticmq:000000000000:moved\",\"maxReceiveCount\":4}"));
            for (int i = 0; i < 10; i++) {
                queue.sendOrder("order-" + i, "m" + i, 1);
            }
            Map<String, String> sqs = queue.sqs.properties();
            String from = "aws2-sqs:orders?waitTimeSeconds=1&visibilityTimeout=2&overrideEndpoint=true&accessKey="
                    + sqs.get("camel.component.aws2-sqs.access-key") + "&secretKey="
                    + sqs.get("camel.component.aws2-sqs.secret-key") + "&region="
                    + sqs.get("camel.component.aws2-sqs.region") + "&uriEndpointOverride="
                    + sqs.get("camel.component.aws2-sqs.uri-endpoint-override");
            outageAndKill(
                    queue.tables,
                    10,
                    Duration.ofSeconds(10),
                    from,
                    () -> 10
                            - Stream.of(queue.visibleAndInFlight().split(" "))
                                    .mapToLong(Long::parseLong)
                                    .sum());
            assertThat(queue.visibleAndInFlight(queue.url("moved"))).isEqualTo("0 0");
        }
    }

    @Test
    void an_outage_and_a_kill_lose_nothing_of_jobs() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            pipeline.execute("insert into headgate.job (queue, payload) select 'foreign',"
                    + " convert_to(json_build_object('order_id', i)::text, 'UTF8') from generate_series(1, 100) i");
            outageAndKill(
                    pipeline,
                    100,
                    Duration.ofSeconds(2),
                    "job:foreign?pollInterval=100",
                    () -> pipeline.count("select count(*) from headgate.job where state = 'completed'"));
        }
    }

    private static void outageAndKill(
            Pipeline pipeline, int messages, Duration lasts, String from, LongSupplier acknowledged) throws Exception {
        pipeline.migrate();
        pipeline.execute("create table written (order_id text primary key)");
        try (Connection outage = pipeline.lock("written");
                ChildProcess foreign = start(pipeline, from)) {
            Pipeline.await().until(() -> pipeline.count("select count(*) from pg_locks where not granted") > 0);
            Pipeline.await().during(lasts).untilAsserted(() -> assertThat(acknowledged.getAsLong())
                    .as("acknowledged before it is written")
                    .isZero());
            foreign.kill();
            outage.rollback();
        }
        assertThat(pipeline.count(WRITTEN)).isZero();
        try (ChildProcess foreign = start(pipeline, from)) {
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.count(WRITTEN))
                    .as(foreign::output)
                    .isEqualTo(messages));
            Pipeline.await()
                    .untilAsserted(() -> assertThat(acknowledged.getAsLong()).isEqualTo(messages));
            assertThat(foreign.finish(Duration.ofSeconds(60)))
                    .as(foreign::output)
                    .isZero();
        }
    }

    private static ChildProcess start(Pipeline pipeline, String from) {
        return ChildProcess.start(ForeignMain.class, pipeline, Map.of("foreign.from", from));
    }
}

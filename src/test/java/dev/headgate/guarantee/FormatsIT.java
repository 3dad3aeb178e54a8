package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.headgate.app.Headgate;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the end of the layout makes of objects, by the time of arrival, and with what headers they are put. */
class FormatsIT {

    private static final String LAYOUT = "{pipeline}/dt={yyyy-MM-dd}/hr={HH}/{batchId}";
    private static final Map<String, String> PARQUET = Map.of(
            "camel.component.objects.layout",
                    "{pipeline}/currency={field:currency}/dt={yyyy-MM-dd}/hr={HH}/{batchId}.parquet",
            "camel.component.objects.schema", "../orders.schema.json",
            "orders-archive.time", "arrival");

    @TempDir
    Path directory;

    @Test
    void from_kafka_to_parquet_by_the_time_of_the_record() {
        try (Archive archive = new Archive(1, directory)) {
            Pipeline pipeline = archive.pipeline;
            pipeline.sendOrder("late", "late-1", 1);
            ProducerRecord<String, byte[]> order = Orders.message(
                    pipeline.topic, "old", "old-1", Orders.json("old", 1).getBytes(UTF_8));
            long arrived = Instant.parse("2026-02-03T04:59:59.999Z").toEpochMilli();
            pipeline.send(new ProducerRecord<>(pipeline.topic, 0, arrived, "old", order.value(), order.headers()));
            pipeline.flush();
            Map<String, String> settings = new HashMap<>(PARQUET);
            // So little that it is all rendered into files.
            settings.put("camel.component.objects.spill-bytes", "100");
            archive.start(settings);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2));

            assertThat(archive.read()).containsExactly("late-1", "old-1");
            String key = archive.named().get(1);
            assertThat(key)
                    .startsWith("orders-archive/currency=EUR/dt=2026-02-03/hr=04/")
                    .endsWith(".parquet");
            assertThat(archive.contentType(key)).isEqualTo("application/vnd.apache.parquet");
            assertThat(pipeline.texts("select format || ' ' || latest from headgate.object_manifest order by id")
                            .get(1))
                    .isEqualTo("parquet 2026-02-03 04:59:59.999+00");
        }
    }

    @Test
    void from_sqs_to_zstd_by_the_time_of_sending() {
        try (Archive archive = new Archive(1, directory);
                SqsSource source = new SqsSource("orders")) {
            source.sendOrder("a", "a-1", 1);
            source.flush();
            Instant sent = Instant.now();
            Map<String, String> properties = archive.pipeline.properties();
            properties.putAll(archive.properties());
            properties.putAll(source.properties());
            properties.put("camel.component.objects.layout", LAYOUT + ".ndjson.zst");
            properties.put("orders-archive.time", "arrival");
            Path routes = Path.of("routes", "sqs-s3");
            Settings settings = Settings.load(routes, null, Map.of()).with(properties, "the test");
            try (Headgate headgate = Headgate.start(settings, routes)) {
                Pipeline.await().until(() -> source.unacknowledged() == 0);
                assertThat(headgate.camelContext().isStarted()).isTrue();
            }

            assertThat(archive.read()).containsExactly("a-1");
            assertThat(archive.contentType(archive.named().get(0))).isEqualTo("application/zstd");
            assertThat(archive.pipeline.count("select count(*) from headgate.object_manifest"
                            + " where format = 'ndjson.zst' and latest <= '" + sent + "'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void a_put_carries_its_type_a_checksum_the_encryption_and_its_condition() throws IOException {
        CompletableFuture<Headers> put = new CompletableFuture<>();
        HttpServer s3 = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        s3.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().add("ETag", "\"e\"");
                exchange.sendResponseHeaders(200, -1);
                if (exchange.getRequestMethod().equals("PUT")) {
                    put.complete(exchange.getRequestHeaders());
                }
            }
        });
        s3.start();
        try (Archive archive = new Archive(1, directory)) {
            Map<String, String> settings = new HashMap<>(PARQUET);
            settings.put(
                    "camel.component.aws2-s3.uri-endpoint-override",
                    "http://127.0.0.1:" + s3.getAddress().getPort());
            settings.put("camel.component.aws2-s3.use-sses3", "true");
            archive.start(settings);
            archive.pipeline.sendOrder("a", "a-1", 1);
            Headers headers = put.orTimeout(60, TimeUnit.SECONDS).join();

            assertThat(headers).containsEntry("Content-type", List.of("application/vnd.apache.parquet"));
            assertThat(headers).containsEntry("X-amz-server-side-encryption", List.of("AES256"));
            assertThat(headers).containsEntry("If-none-match", List.of("*"));
            assertThat(headers).containsEntry("X-amz-sdk-checksum-algorithm", List.of("CRC32"));
        } finally {
            s3.stop(0);
        }
    }
}

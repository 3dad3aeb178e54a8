package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.jerolba.carpet.CarpetReader;
import dev.headgate.app.Headgate;
import dev.headgate.cli.Main;
import dev.headgate.devservices.DevS3;
import dev.headgate.settings.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The shipped routes of {@code routes/s3} against an S3 server of a test's own, and what a test asks them. */
final class Archive implements AutoCloseable {

    static final Path ROUTES = Path.of("routes", "s3");
    static final String BUCKET = "archive";
    private static final ObjectMapper JSON = new ObjectMapper();

    final Pipeline pipeline;
    final DevS3 s3;
    private final S3Client client;
    private final List<Headgate> running = new ArrayList<>();

    Archive(int partitions, Path directory) {
        this(new Pipeline(partitions), directory);
    }

    Archive(Pipeline pipeline, Path directory) {
        this.pipeline = pipeline;
        s3 = DevS3.start(directory);
        s3.createBucket(BUCKET);
        client = s3.client();
    }

    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(s3.properties());
        properties.putAll(Map.of(
                "orders-archive.bucket",
                BUCKET,
                "orders-archive.topic",
                pipeline.topic,
                "orders-archive.group",
                pipeline.topic,
                "camel.component.batch.linger",
                "500ms",
                "camel.component.batch.max-size",
                "500"));
        return properties;
    }

    Settings settings() {
        return Settings.load(ROUTES, null, Map.of())
                .with(pipeline.properties(), "the test")
                .with(properties(), "the test");
    }

    Headgate start(Map<String, String> overrides) {
        return start(ROUTES, overrides);
    }

    /** With routes that a test has changed. */
    Headgate start(Path routes, Map<String, String> overrides) {
        Headgate headgate = Headgate.start(settings().with(overrides, "the test"), routes, Map.of());
        running.add(headgate);
        return headgate;
    }

    /** In a process of its own. */
    ChildProcess run(Path routes, Map<String, String> properties) {
        return ChildProcess.start(Main.class, pipeline, properties, "run", "--routes", routes.toString(), "--config");
    }

    /** {@code headgate objects ...}, words separated by blanks. */
    HeadgateCommand objects(String words) {
        Map<String, String> all = pipeline.properties();
        all.putAll(properties());
        List<String> arguments = new ArrayList<>(List.of("objects"));
        arguments.addAll(List.of(words.split(" ")));
        return HeadgateCommand.run(ROUTES, all, arguments);
    }

    /** Puts what no transaction knows of. */
    void put(String key) {
        put(BUCKET, key);
    }

    void put(String bucket, String key) {
        client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString("{}"));
    }

    /** The keys that the manifest names, in order of their entry. */
    List<String> named() {
        return pipeline.texts("select key from headgate.object_manifest order by id");
    }

    /** All keys of the bucket. */
    List<String> stored() {
        return stored(BUCKET);
    }

    List<String> stored(String bucket) {
        return client.listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    String contentType(String key) {
        return client.headObject(request -> request.bucket(BUCKET).key(key)).contentType();
    }

    List<String> lines(String key) {
        InputStream object = client.getObject(request -> request.bucket(BUCKET).key(key));
        try (InputStream json =
                        key.endsWith(".zst") ? new ZstdInputStreamNoFinalizer(object) : new GZIPInputStream(object);
                BufferedReader reader = new BufferedReader(new InputStreamReader(json, UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(key, e);
        }
    }

    /** What a reader who follows the manifest sees: {@code order-version} of each line or row. */
    List<String> read() {
        return named().stream().flatMap(this::ids).toList();
    }

    private Stream<String> ids(String key) {
        return key.endsWith(".parquet") ? rows(key) : lines(key).stream().map(Archive::id);
    }

    private String bucket(String key) {
        return pipeline.texts("select bucket from headgate.object_manifest where key = '" + key + "'")
                .get(0);
    }

    private Stream<String> rows(String key) {
        String bucket = bucket(key);
        try {
            Path file = Files.createTempFile("rows", ".parquet");
            Files.delete(file);
            client.getObject(request -> request.bucket(bucket).key(key), file);
            List<?> rows = new CarpetReader<>(file.toFile(), Map.class).toList();
            Files.delete(file);
            return rows.stream().map(row -> ((Map<?, ?>) row).get("order_id") + "-" + ((Map<?, ?>) row).get("version"));
        } catch (IOException e) {
            throw new UncheckedIOException(key, e);
        }
    }

    /** Waits until all is acknowledged, then checks what the manifest names. */
    void reconciles(Load load) {
        pipeline.flush();
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(load.sent()));
        holdsOnce(load);
    }

    /** Checks that each message of the load is once in what the manifest names. */
    void holdsOnce(Load load) {
        assertThat(pipeline.count("select count(*) from headgate.dead_letter")).isZero();
        Map<String, Integer> counts = new HashMap<>();
        load.ids().forEach(id -> counts.merge(id, 1, Integer::sum));
        read().forEach(id -> counts.merge(id, -1, Integer::sum));
        counts.values().removeIf(count -> count == 0);
        assertThat(counts).as("missing (1) and doubled (-1) messages").isEmpty();
        assertThat(pipeline.count("select coalesce(sum(messages), 0) from headgate.object_manifest"))
                .isEqualTo(load.ids().size());
    }

    private static String id(String line) {
        try {
            JsonNode order = JSON.readTree(line);
            return order.get("order_id").asText() + "-" + order.get("version").asInt();
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    /** Whatever runs in this JVM. */
    void stop() {
        running.forEach(Headgate::close);
        running.clear();
    }

    @Override
    public void close() {
        stop();
        pipeline.close();
        client.close();
        s3.close();
    }
}

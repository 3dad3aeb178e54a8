package dev.headgate.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.devservices.DevS3;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * The objects of a new bucket that the manifest names: the sink as a reader sees it.
 *
 * <p>Memory: two bits for each valid message.
 */
final class S3Sink implements Sink {
    private static final String KEYS = "select key from headgate.object_manifest where bucket = ? and pipeline = ?";
    private static final String MESSAGES =
            "select coalesce(sum(messages), 0) from headgate.object_manifest where bucket = ? and pipeline = ?";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcTemplate jdbc;
    private final String pipeline;
    private final String bucket;
    private final String endpoint;
    private final S3Client client;
    private final Versions sent = new Versions();

    /** Creates the bucket. */
    S3Sink(DataSource dataSource, String pipeline, DevS3 s3, String bucket) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.pipeline = pipeline;
        this.bucket = bucket;
        this.endpoint = s3.endpoint();
        this.client = s3.client();
        s3.createBucket(bucket);
    }

    @Override
    public void sending(OrderMessage message) {
        if (message.isValid()) {
            sent.add(message.key(), message.version());
        }
    }

    /** An object is there before its messages are acknowledged. */
    @Override
    public long pending() {
        return 0;
    }

    @Override
    public List<Figure> audit(Totals expected) {
        List<String> keys = jdbc.queryForList(KEYS, String.class, bucket, pipeline);
        Long messages = jdbc.queryForObject(MESSAGES, Long.class, bucket, pipeline);
        var found = new Found();
        keys.forEach(found::readObject);
        return List.of(
                new Figure("objects", "objects of the manifest that are in the bucket", keys.size(), found.objects),
                new Figure("entered", "messages by the manifest", expected.valid(), messages == null ? 0 : messages),
                new Figure("archived", "lines of those objects", expected.valid(), found.lines),
                new Figure("missing", "applied messages in no object", 0, sent.without(found.versions)),
                new Figure("doubled", "lines that are in the objects already", 0, found.doubled),
                new Figure("strangers", "lines of no applied message", 0, found.versions.without(sent)));
    }

    @Override
    public List<String> addresses() {
        return List.of("S3          " + endpoint + "  bucket " + bucket);
    }

    @Override
    public void close() {
        client.close();
    }

    /** What has been read of the objects. */
    private final class Found {
        private final Versions versions = new Versions();
        private long objects;
        private long lines;
        private long doubled;

        void readObject(String key) {
            try (var stream = client.getObject(request -> request.bucket(bucket).key(key));
                    var reader = new BufferedReader(
                            new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8))) {
                objects++;
                reader.lines().forEach(this::readLine);
            } catch (NoSuchKeyException absent) {
                // then it is not counted, and its messages are missing
            } catch (IOException failure) {
                throw new UncheckedIOException("The object " + key + " cannot be read", failure);
            }
        }

        private void readLine(String line) {
            lines++;
            try {
                JsonNode order = JSON.readTree(line);
                String id = order.path("order_id").asText();
                if (!versions.add(id, order.path("version").asInt())) {
                    doubled++;
                }
            } catch (IOException failure) {
                throw new UncheckedIOException("Not a JSON line: " + line, failure);
            }
        }
    }
}

package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.jerolba.carpet.CarpetReader;
import dev.headgate.HeadgateException;
import dev.headgate.demo.DemoServers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The messages in the objects of the manifest, in each of their formats. */
final class StoredMessages {

    private static final String OBJECTS =
            "select bucket, key from headgate.object_manifest where left(key, length('%1$s') + 1) = '%1$s/' order by id";

    private static final JsonMapper JSON = new JsonMapper();

    private final Tables tables;
    private final DemoServers servers;

    StoredMessages(Tables tables, DemoServers servers) {
        this.tables = tables;
        this.servers = servers;
    }

    /** Those of all objects whose keys begin with it and a slash. */
    List<JsonNode> below(String folder) {
        List<JsonNode> messages = new ArrayList<>();
        for (JsonNode object : tables.json(OBJECTS.formatted(folder.replace("'", "''")))) {
            String key = object.path("key").asText();
            try (InputStream content = servers.s3().client().getObject(request -> request.bucket(
                            object.path("bucket").asText())
                    .key(key))) {
                messages.addAll(key.endsWith(".parquet") ? rows(content) : lines(key, content));
            } catch (IOException e) {
                throw new HeadgateException("The object %s cannot be read: %s".formatted(key, e.getMessage()), e);
            }
        }
        return messages;
    }

    private static List<JsonNode> lines(String key, InputStream content) throws IOException {
        List<JsonNode> messages = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                key.endsWith(".zst") ? new ZstdInputStreamNoFinalizer(content) : new GZIPInputStream(content),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                messages.add(JSON.readTree(line));
            }
        }
        return messages;
    }

    /** Times and decimals as their text. */
    private static List<JsonNode> rows(InputStream content) throws IOException {
        Path folder = Files.createTempDirectory("headgate-rows-");
        Path file = folder.resolve("rows.parquet");
        try {
            Files.copy(content, file);
            List<JsonNode> messages = new ArrayList<>();
            for (Object row : new CarpetReader<>(file.toFile(), Map.class)) {
                messages.add(json(row));
            }
            return messages;
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private static JsonNode json(@Nullable Object value) {
        if (value instanceof Map<?, ?> group) {
            var object = JSON.createObjectNode();
            group.forEach((name, field) -> object.set(String.valueOf(name), json(field)));
            return object;
        }
        if (value instanceof Iterable<?> list) {
            var array = JSON.createArrayNode();
            list.forEach(element -> array.add(json(element)));
            return array;
        }
        return value == null || value instanceof Number || value instanceof Boolean
                ? JSON.valueToTree(value)
                : JSON.getNodeFactory().textNode(value.toString());
    }
}

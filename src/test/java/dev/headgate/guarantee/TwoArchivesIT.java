package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Two archive pipelines in one process: each with its own bucket, layout, format and time, and one sweep for both. */
class TwoArchivesIT {

    private static final String COLD = "cold";

    @TempDir
    Path directory;

    @Test
    void each_has_its_own_bucket_layout_format_and_time_and_both_are_swept() throws IOException {
        try (Archive archive = new Archive(1, directory.resolve("s3"))) {
            archive.s3.createBucket(COLD);
            Map<String, String> properties = new HashMap<>();
            properties.put("orders-cold.bucket", COLD);
            properties.put("orders-cold.layout", "raw/{pipeline}/{yyyy}/{batchId}.parquet");
            properties.put("orders-cold.group", archive.pipeline.topic + "-cold");
            properties.put("headgate.objects.orphan-age", "1s");
            properties.put("headgate.objects.sweep-interval", "200ms");
            archive.start(routes(), properties);
            archive.pipeline.send("a", "a-1", Orders.json("a", 1).getBytes(UTF_8));
            archive.pipeline.flush();

            Pipeline.await().untilAsserted(() -> assertThat(archive.named()).hasSize(2));
            assertThat(archive.pipeline.texts("select bucket || ' ' || pipeline || ' ' || format || ' ' || messages"
                            + " from headgate.object_manifest order by 1"))
                    .containsExactly(Archive.BUCKET + " orders-archive ndjson.gz 1", COLD + " orders-cold parquet 1");
            assertThat(archive.stored())
                    .singleElement()
                    .asString()
                    .startsWith("orders-archive/dt=2026-01-01/hr=00/")
                    .endsWith(".ndjson.gz");
            String year = archive.pipeline
                    .texts("select extract(year from latest at time zone 'UTC')::text"
                            + " from headgate.object_manifest where bucket = 'cold'")
                    .get(0);
            assertThat(archive.stored(COLD))
                    .singleElement()
                    .asString()
                    .startsWith("raw/orders-cold/" + year + "/")
                    .endsWith(".parquet");
            assertThat(archive.read()).containsExactly("a-1", "a-1");

            String warmOrphan = "orders-archive/dt=2026-01-01/hr=00/" + UUID.randomUUID() + ".ndjson.gz";
            String coldOrphan = "raw/orders-cold/2026/" + UUID.randomUUID() + ".parquet";
            archive.put(warmOrphan);
            archive.put(COLD, coldOrphan);
            archive.put(COLD, warmOrphan);
            Pipeline.await().untilAsserted(() -> {
                assertThat(archive.stored()).hasSize(1).doesNotContain(warmOrphan);
                assertThat(archive.stored(COLD))
                        .as("a key of another layout is not its own")
                        .hasSize(2)
                        .contains(warmOrphan);
            });
        }
    }

    /** The shipped pipeline, and a copy of it with other options. */
    private Path routes() throws IOException {
        Path routes = directory.resolve("routes");
        FileSystemUtils.copyRecursively(Path.of("routes"), routes);
        Path folder = routes.resolve("s3");
        String shipped = Files.readString(folder.resolve("orders-archive.camel.yaml"));
        Files.writeString(
                folder.resolve("orders-cold.camel.yaml"),
                shipped.replace("orders-archive", "orders-cold")
                        .replace(
                                "time: \"{{orders-cold.time}}\"",
                                "time: arrival, layout: \"{{orders-cold.layout}}\", schema: ../orders.schema.json")
                        .replaceAll("orders-cold\\.(?!bucket|layout|group)", "orders-archive."));
        return folder;
    }
}

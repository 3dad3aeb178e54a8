package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 5 for objects: with batches of 64 MiB memory holds what the inflight limit allows, and not the backlog. */
class ArchiveMemoryIT {

    /** 550 MB are waiting, more than the heap of 512 MiB. */
    private static final int MESSAGES = 130_000;

    private static final int MESSAGE_BYTES = 4_000;
    private static final long BATCH_BYTES = 64L << 20;
    private static final long INFLIGHT_BYTES = 150_000_000;

    @Test
    void more_than_the_heap_drains_in_batches_of_64_MiB(@TempDir Path directory) {
        try (Archive archive = new Archive(2, directory)) {
            Pipeline pipeline = archive.pipeline;
            Random random = new Random(1);
            byte[] noise = new byte[MESSAGE_BYTES * 3 / 4];
            for (int i = 0; i < MESSAGES; i++) {
                random.nextBytes(noise);
                String sku = Base64.getEncoder().encodeToString(noise);
                pipeline.send("order-" + i, "id-" + i, order(i, sku).getBytes(UTF_8));
            }
            pipeline.flush();
            // Other than the tests' small ones: the batches as shipped, but for the last, which need not wait 30 s.
            Map<String, String> properties = new HashMap<>(archive.properties());
            properties.put("camel.component.batch.max-size", "50000");
            properties.put("camel.component.batch.linger", "5s");

            long highest;
            try (ChildProcess child = DrainMain.start(pipeline, Archive.ROUTES, properties)) {
                Pipeline.await().atMost(Duration.ofMinutes(5)).untilAsserted(() -> {
                    assertThat(pipeline.committed()).isEqualTo(MESSAGES);
                    assertThat(child.isAlive()).as(child::output).isTrue();
                });
                highest = DrainMain.finish(child);
            }

            assertThat(highest * MESSAGE_BYTES).as("bytes in flight at most").isBetween(BATCH_BYTES, INFLIGHT_BYTES);
            assertThat(pipeline.count("select sum(messages) from headgate.object_manifest"))
                    .isEqualTo(MESSAGES);
            assertThat(pipeline.count("select max(messages) from headgate.object_manifest") * MESSAGE_BYTES)
                    .as("bytes of the largest batch")
                    .isGreaterThan(BATCH_BYTES * 9 / 10);
            assertThat(pipeline.count("select count(*) from headgate.dead_letter"))
                    .isZero();
        }
    }

    private static String order(int number, String sku) {
        String order = Orders.json("order-" + number, 1);
        return order.substring(0, order.length() - 1) + ",\"items\":[{\"sku\":\"" + sku + "\",\"quantity\":1}]}";
    }
}

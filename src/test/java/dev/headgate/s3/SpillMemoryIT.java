package dev.headgate.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Promise 5 for objects: to render a batch takes little memory beyond the batch, in every format. */
class SpillMemoryIT {

    /** The batch, a row group of Parquet, and less than half of what the object itself takes. */
    private static final String HEAP = "-Xmx136m";

    @Test
    void a_batch_of_64_mib_is_rendered_through_a_file() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpillMain.class.getName(),
                        "ndjson.gz",
                        "ndjson.zst",
                        "parquet")
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();

        assertThat(child.exitValue()).as(output).isZero();
        assertThat(output.lines().filter(line -> line.endsWith(" bytes as File")))
                .as(output)
                .hasSize(3)
                .allSatisfy(line -> assertThat(Long.parseLong(line.replaceFirst(".*: (\\d+) .*", "$1")))
                        .isGreaterThan(SpillMain.BATCH_BYTES * 2L / 3));
    }
}

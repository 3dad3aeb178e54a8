package dev.headgate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.headgate.ConfigurationException;
import dev.headgate.schema.SchemaFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class ObjectFormatTest {

    private static final SchemaFile ORDERS =
            new SchemaFile("orders", "{\"type\":\"object\",\"properties\":{\"id\":{}}}".getBytes(UTF_8));

    @Test
    void the_end_of_the_layout_is_the_format() {
        assertThat(ObjectFormat.of("{pipeline}/{batchId}.ndjson.gz", null).contentType())
                .isEqualTo("application/gzip");
        assertThat(ObjectFormat.of("{pipeline}/{batchId}.ndjson.zst", null).contentType())
                .isEqualTo("application/zstd");
        assertThat(ObjectFormat.of("{pipeline}/{batchId}.parquet", ORDERS).contentType())
                .isEqualTo("application/vnd.apache.parquet");
    }

    @Test
    void another_end_or_parquet_without_a_schema_is_refused() {
        assertThatThrownBy(() -> ObjectFormat.of("{pipeline}/{batchId}.json", null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("The layout is '{pipeline}/{batchId}.json'; expected it to end with"
                        + " .ndjson.gz, .ndjson.zst or .parquet.");
        assertThatThrownBy(() -> ObjectFormat.of("{pipeline}/{batchId}.parquet", null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("set the option schema");
    }

    @Test
    void lines_are_what_was_written() throws IOException {
        assertThat(lines(new GZIPInputStream(written(NdjsonFormat.GZIP)))).isEqualTo("{\"a\":1}\nnull\n[ 2]\n");
        assertThat(lines(new ZstdInputStreamNoFinalizer(written(NdjsonFormat.ZSTD))))
                .isEqualTo("{\"a\":1}\nnull\n[ 2]\n");
    }

    private static InputStream written(ObjectFormat format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        format.write(Arrays.asList("{\"a\":1}".getBytes(UTF_8), null, "[\n2]".getBytes(UTF_8)), out);
        return new ByteArrayInputStream(out.toByteArray());
    }

    private static String lines(InputStream in) throws IOException {
        try (in) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}

package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Avro's own library wrote. */
class AvroFileTest {

    private static final MessageLimit LIMIT = new MessageLimit(10_000);
    private static final Schema SCHEMA = new Schema.Parser()
            .parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}");

    @ParameterizedTest
    @ValueSource(strings = {"null", "deflate", "snappy", "zstandard"})
    void a_file_of_one_record_becomes_that_and_no_larger_than_a_message_may_be(String codec) throws IOException {
        assertThat(json(file(codec, "a"))).isEqualTo("{\"id\":\"a\"}");
        assertThatThrownBy(() -> json(file(codec, "a".repeat(100_000))))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo("too large"));
    }

    @Test
    void what_is_not_one_record_is_refused() throws IOException {
        assertThat(reason(file("null", "a", "b"))).isEqualTo("several records");
        assertThat(reason(file("null"))).isEqualTo("broken Avro");
        assertThat(reason(file("bzip2", "a"))).isEqualTo("codec bzip2");
        assertThat(reason("{}".getBytes(UTF_8))).isEqualTo("no Avro file");
        assertThat(reason("Obj\u0001".getBytes(UTF_8))).isEqualTo("broken Avro");
        byte[] otherSchema = new String(file("null", "a"), java.nio.charset.StandardCharsets.ISO_8859_1)
                .replace("\"record\"", "\"recrod\"")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(reason(otherSchema)).isEqualTo("broken schema");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "deflate", "snappy", "zstandard"})
    void whatever_is_cut_or_changed_is_refused_or_read_but_never_fails_otherwise(String codec) throws IOException {
        byte[] file = file(codec, "a".repeat(300));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        AvroFile decoder = new AvroFile();
        for (int i = 0; i < 2_000; i++) {
            byte[] changed = Arrays.copyOf(file, i % 4 == 0 ? random.nextInt(file.length) : file.length);
            for (int change = random.nextInt(4); change >= 0 && changed.length > 0; change--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(decoder.json(changed, 0, LIMIT)).as("seed %d", seed).isNotEmpty();
            } catch (RejectedException e) {
                assertThat(e.reason()).as("seed %d", seed).isNotBlank();
            }
        }
    }

    private static String reason(byte[] file) {
        try {
            return json(file);
        } catch (RejectedException e) {
            return e.reason();
        }
    }

    private static String json(byte[] file) {
        return new String(new AvroFile().json(file, 0, LIMIT), UTF_8);
    }

    private static byte[] file(String codec, String... ids) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataFileWriter<GenericData.Record> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
            writer.setCodec(CodecFactory.fromString(codec)).create(SCHEMA, bytes);
            for (String id : ids) {
                GenericData.Record record = new GenericData.Record(SCHEMA);
                record.put("id", id);
                writer.append(record);
            }
        }
        return bytes.toByteArray();
    }
}

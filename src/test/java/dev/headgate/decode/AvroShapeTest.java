package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JSON of what Avro's own writer has written, and what is refused. */
class AvroShapeTest {

    private static final MessageLimit LIMIT = new MessageLimit(100_000);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "long"                                              | 9223372036854775807  | 9223372036854775807
            "long"                                              | -9223372036854775808 | -9223372036854775808
            "int"                                               | -2147483648          | -2147483648
            {"type":"int","logicalType":"date"}                 | 20454                | "2026-01-01"
            {"type":"int","logicalType":"date"}                 | -719163              | "0001-12-31 BC"
            {"type":"int","logicalType":"date"}                 | 2932897              | "10000-01-01"
            {"type":"int","logicalType":"time-millis"}          | 3723004              | "01:02:03.004"
            {"type":"long","logicalType":"time-micros"}         | 86399999999          | "23:59:59.999999"
            {"type":"long","logicalType":"timestamp-millis"}    | 1767323045006        | "2026-01-02T03:04:05.006Z"
            {"type":"long","logicalType":"timestamp-millis"}    | -1                   | "1969-12-31T23:59:59.999Z"
            {"type":"long","logicalType":"timestamp-micros"}    | 1767323045000006     | "2026-01-02T03:04:05.000006Z"
            {"type":"long","logicalType":"timestamp-nanos"}     | 1767323045000000006  | "2026-01-02T03:04:05.000000006Z"
            {"type":"long","logicalType":"local-timestamp-millis"}  | 0                | "1970-01-01T00:00:00.000"
            {"type":"long","logicalType":"local-timestamp-micros"}  | 0                | "1970-01-01T00:00:00.000000"
            {"type":"long","logicalType":"somebodys-own"}       | 7                    | 7
            """)
    void numbers_and_what_they_mean(String schema, long value, String json) throws IOException {
        Schema parsed = new Schema.Parser().parse(schema);
        Object datum = parsed.getType() == Schema.Type.INT ? (Object) (int) value : (Object) value;
        assertThat(json(parsed, datum)).isEqualTo(json);
    }

    @Test
    void a_record_of_all_there_is() throws IOException {
        Schema schema = new Schema.Parser().parse("""
                {"type":"record","name":"Order","namespace":"shop","fields":[
                  {"name":"id","type":"string"},
                  {"name":"note","type":["null","string"]},
                  {"name":"paid","type":"boolean"},
                  {"name":"f","type":"float"},
                  {"name":"d","type":"double"},
                  {"name":"nan","type":"double"},
                  {"name":"raw","type":"bytes"},
                  {"name":"uuid","type":{"type":"fixed","name":"Id","size":16,"logicalType":"uuid"}},
                  {"name":"wait","type":{"type":"fixed","name":"Wait","size":12,"logicalType":"duration"}},
                  {"name":"status","type":{"type":"enum","name":"Status","symbols":["OPEN","PAID"]}},
                  {"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[
                     {"name":"sku","type":"string"},
                     {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":30,"scale":2}}]}}},
                  {"name":"tags","type":{"type":"map","values":["null","long",{"type":"array","items":"string"}]}},
                  {"name":"next","type":["null","Order"]}
                ]}""");
        GenericData.Record order = new GenericData.Record(schema);
        Schema item = schema.getField("items").schema().getElementType();
        GenericData.Record first = new GenericData.Record(item);
        first.put("sku", "é\"\\\n😀");
        first.put(
                "price",
                decimal(
                        "1234567890123456789012345678.90",
                        item.getField("price").schema()));
        order.put("id", "a");
        order.put("paid", true);
        order.put("f", 0.1f);
        order.put("d", 0.1);
        order.put("nan", Double.NaN);
        order.put("raw", ByteBuffer.wrap(new byte[] {0, (byte) 0xff}));
        order.put("uuid", new GenericData.Fixed(schema.getField("uuid").schema(), bytes16()));
        order.put("wait", new GenericData.Fixed(schema.getField("wait").schema(), new byte[] {
            1, 0, 0, 0, 2, 0, 0, 0, (byte) 0xe9, 3, 0, 0
        }));
        order.put("status", new GenericData.EnumSymbol(schema.getField("status").schema(), "PAID"));
        order.put("items", List.of(first));
        order.put("tags", Map.of("k", List.of("x", "y")));

        assertThat(json(schema, order))
                .isEqualTo("{\"id\":\"a\",\"note\":null,\"paid\":true,\"f\":0.1,\"d\":0.1,\"nan\":\"NaN\","
                        + "\"raw\":\"\\\\x00ff\",\"uuid\":\"00010203-0405-0607-0809-0a0b0c0d0e0f\","
                        + "\"wait\":\"P1M2DT1.001S\",\"status\":\"PAID\","
                        + "\"items\":[{\"sku\":\"é\\\"\\\\\\n😀\",\"price\":1234567890123456789012345678.90}],"
                        + "\"tags\":{\"k\":[\"x\",\"y\"]},\"next\":null}");
    }

    @Test
    void what_is_cut_or_has_a_byte_changed_is_refused_or_read_and_never_fails_otherwise() throws IOException {
        Schema schema = new Schema.Parser().parse("""
                {"type":"record","name":"R","fields":[
                  {"name":"a","type":{"type":"array","items":["null","string","double"]}},
                  {"name":"m","type":{"type":"map","values":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}}},
                  {"name":"t","type":{"type":"long","logicalType":"timestamp-micros"}},
                  {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}}]}""");
        GenericData.Record record = new GenericData.Record(schema);
        record.put("a", Arrays.asList(null, "text", 1.5));
        record.put(
                "m", Map.of("k", decimal("1.00", schema.getField("m").schema().getValueType())));
        record.put("t", 1L);
        record.put("e", new GenericData.EnumSymbol(schema.getField("e").schema(), "B"));
        byte[] whole = written(schema, record);
        AvroShape shape = AvroShape.of(schema);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> shape.json(cut, 0, LIMIT))
                    .isInstanceOfSatisfying(
                            RejectedException.class, e -> assertThat(e.reason()).isEqualTo("broken Avro"));
        }
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                assertThat(shape.json(changed, 0, LIMIT)).isNotEmpty();
            } catch (RejectedException expected) {
                assertThat(expected.reason()).as("seed %d", seed).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "string"                                   | a length of 1073741823
            "bytes"                                    | a length of 1073741823
            {"type":"array","items":"null"}            | a count of 1073741823
            {"type":"map","values":"long"}             | a count of 1073741823
            """)
    void a_length_or_count_beyond_the_payload_is_refused_before_anything_is_made_for_it(String schema, String error)
            throws IOException {
        byte[] hostile = encoded(encoder -> encoder.writeLong(1073741823));
        assertThatThrownBy(() -> AvroShape.of(new Schema.Parser().parse(schema)).json(hostile, 0, LIMIT))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(error);
    }

    @Test
    void elements_without_bytes_are_no_way_around_the_limit() throws IOException {
        byte[] hostile = encoded(encoder -> {
            for (int block = 0; block < 1000; block++) {
                encoder.writeLong(900);
            }
            encoder.writeLong(0);
        });
        Schema nulls = Schema.createArray(Schema.create(Schema.Type.NULL));
        assertThatThrownBy(() -> AvroShape.of(nulls).json(hostile, 0, LIMIT))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo("too large"))
                .hasMessageContaining("at most 100,000 bytes");
    }

    @Test
    void what_is_within_itself_ends_at_a_thousand_levels() throws IOException {
        Schema list = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"L\"]}]}");
        AvroShape shape = AvroShape.of(list);
        byte[] deepest = new byte[1000];
        Arrays.fill(deepest, 0, 999, (byte) 2);
        assertThat(new String(shape.json(deepest, 0, LIMIT), UTF_8))
                .startsWith("{\"n\":{")
                .endsWith("null" + "}".repeat(1000));
        byte[] deeper = new byte[1001];
        Arrays.fill(deeper, 0, 1000, (byte) 2);
        assertThatThrownBy(() -> shape.json(deeper, 0, LIMIT))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo("nested too deeply"));
    }

    @Test
    void a_number_may_be_no_time_of_day_and_a_text_no_utf8() throws IOException {
        Schema time = new Schema.Parser().parse("{\"type\":\"int\",\"logicalType\":\"time-millis\"}");
        assertThatThrownBy(() -> json(time, 86_400_000)).hasMessageContaining("86400000 as a time of day");
        byte[] text = encoded(encoder -> encoder.writeBytes(new byte[] {'a', (byte) 0xff}));
        assertThatThrownBy(() -> AvroShape.of(Schema.create(Schema.Type.STRING)).json(text, 0, LIMIT))
                .hasMessageContaining("no UTF-8");
    }

    private static ByteBuffer decimal(String text, Schema schema) {
        return new Conversions.DecimalConversion()
                .toBytes(new BigDecimal(text), schema, (LogicalTypes.Decimal) schema.getLogicalType());
    }

    private static byte[] bytes16() {
        byte[] bytes = new byte[16];
        for (byte i = 0; i < 16; i++) {
            bytes[i] = i;
        }
        return bytes;
    }

    private static String json(Schema schema, Object datum) throws IOException {
        return new String(AvroShape.of(schema).json(written(schema, datum), 0, LIMIT), UTF_8);
    }

    private static byte[] written(Schema schema, Object datum) throws IOException {
        return encoded(encoder -> new GenericDatumWriter<>(schema).write(datum, encoder));
    }

    private interface Writing {
        void write(BinaryEncoder encoder) throws IOException;
    }

    private static byte[] encoded(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        writing.write(encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}

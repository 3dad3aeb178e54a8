package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.Descriptor;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written from JSON, read by the libraries of the formats and by what makes JSON of it. */
class EncoderTest {

    private static final MessageLimit LIMIT = new MessageLimit(1_000_000);
    private static final Schema ORDER = new Schema.Parser().parse("""
            {"type":"record","name":"Order","fields":[
              {"name":"id","type":"string"},
              {"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}},
              {"name":"status","type":{"type":"enum","name":"Status","symbols":["OPEN","PAID"]},"default":"OPEN"},
              {"name":"note","type":["null","string"]},
              {"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[
                {"name":"sku","type":"string"},{"name":"next","type":["null","Item"],"default":null}]}},"default":[]}]}""");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "null"                                                 | null
            "boolean"                                              | true
            "int"                                                  | -2147483648
            "long"                                                 | 9223372036854775807
            "float"                                                | 1.25
            "double"                                               | 0.1
            "double"                                               | "NaN"
            "string"                                               | "bä\\"c"
            "bytes"                                                | "\\\\x00ff"
            {"type":"fixed","name":"F","size":2}                   | "\\\\x00ff"
            {"type":"bytes","logicalType":"decimal","precision":20,"scale":2}             | -19.90
            {"type":"fixed","name":"F","size":9,"logicalType":"decimal","precision":20,"scale":2} | -19.90
            {"type":"fixed","name":"F","size":16,"logicalType":"uuid"} | "00010203-0405-0607-0809-0a0b0c0d0e0f"
            {"type":"fixed","name":"F","size":12,"logicalType":"duration"} | "P1M2DT1.001S"
            {"type":"int","logicalType":"date"}                    | "2026-01-02"
            {"type":"int","logicalType":"date"}                    | "0001-12-31 BC"
            {"type":"int","logicalType":"date"}                    | "10000-01-01"
            {"type":"int","logicalType":"time-millis"}             | "01:02:03.004"
            {"type":"long","logicalType":"time-micros"}            | "23:59:59.999999"
            {"type":"long","logicalType":"timestamp-millis"}       | "1969-12-31T23:59:59.999Z"
            {"type":"long","logicalType":"timestamp-micros"}       | "2026-01-02T03:04:05.000006Z"
            {"type":"long","logicalType":"timestamp-micros"}       | "0001-02-29T03:04:05.000006Z BC"
            {"type":"long","logicalType":"timestamp-nanos"}        | "2026-01-02T03:04:05.000000006Z"
            {"type":"long","logicalType":"local-timestamp-millis"} | "2026-01-02T03:04:05.006"
            {"type":"map","values":"long"}                         | {"a":1,"b":2}
            {"type":"array","items":["null","string"]}             | ["a",null]
            ["null","int","long","double",{"type":"bytes","logicalType":"decimal","precision":20,"scale":2}] | 3000000000
            ["null","int","string",{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}] | {"a":1}
            [{"type":"enum","name":"E","symbols":["A"]},"string"]  | "B"
            """)
    void what_decode_makes_of_avro_becomes_the_same_again(String schema, String json) {
        Schema parsed = new Schema.Parser().parse(schema);
        byte[] bytes = encoded(AvroEncoder.of(parsed), json);
        assertThat(AvroShape.of(parsed).json(bytes, 0, LIMIT)).asString(UTF_8).isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"long","logicalType":"timestamp-millis"} | "2026-01-02T05:04:05.0069+02:00" | "2026-01-02T03:04:05.006Z"
            {"type":"long","logicalType":"timestamp-millis"} | "2026-01-02 03:04:05+00"         | "2026-01-02T03:04:05.000Z"
            {"type":"long","logicalType":"timestamp-millis"} | 0                                | "1970-01-01T00:00:00.000Z"
            {"type":"int","logicalType":"time-millis"}       | "01:02"                          | "01:02:00.000"
            "int"                                            | 10.00                            | 10
            {"type":"bytes","logicalType":"decimal","precision":4,"scale":2} | 19.9              | 19.90
            """)
    void what_postgres_writes_is_taken(String schema, String json, String again) {
        Schema parsed = new Schema.Parser().parse(schema);
        byte[] bytes = encoded(AvroEncoder.of(parsed), json);
        assertThat(AvroShape.of(parsed).json(bytes, 0, LIMIT)).asString(UTF_8).isEqualTo(again);
    }

    @Test
    void avro_s_own_library_reads_a_record_with_what_was_left_out() throws IOException {
        byte[] bytes = encoded(
                AvroEncoder.of(ORDER),
                "{\"amount\":1.5,\"items\":[{\"sku\":\"a\",\"next\":{\"sku\":\"b\"}}],\"id\":\"o-1\"}");
        GenericRecord order = new GenericDatumReader<GenericRecord>(ORDER)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        assertThat(order.get("id")).hasToString("o-1");
        assertThat(order.get("status")).hasToString("OPEN");
        assertThat(order.get("note")).isNull();
        assertThat(order.get("items")).hasToString("[{\"sku\": \"a\", \"next\": {\"sku\": \"b\", \"next\": null}}]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"id":1,"amount":1}                              | schema: $.id             | $.id: expected a text, found 1
            {"amount":1}                                     | schema: $.id             | $.id: expected a value, as the schema has no default for it, found nothing
            {"id":"a","amount":1.005}                        | schema: $.amount         | $.amount: expected a number of 6 digits, 2 of them behind the point, found 1.005
            {"id":"a","amount":10000}                        | schema: $.amount         | found 10000
            {"id":"a","amount":1,"status":"GONE"}            | schema: $.status         | expected one of OPEN, PAID, found "GONE"
            {"id":"a","amount":1,"note":3}                   | schema: $.note           | expected one of null, string, found 3
            {"id":"a","amount":1,"more":3}                   | schema: $.more           | expected no such field, as the schema has none, found 3
            {"id":"a","amount":1,"items":[{"sku":"x"},{"sku":2}]} | schema: $.items[].sku | $.items[1].sku: expected a text, found 2
            [1]                                              | schema: $                | $: expected an object, found [1]
            {"id":"a","id":"b","amount":1}                   | broken JSON              | Duplicate field 'id'
            {"id":"a"                                        | broken JSON              | Unexpected end-of-input
            {"id":"a","amount":1e9999}                       | exponent beyond 1000     | exponent
            """)
    void what_does_not_fit_says_its_field(String json, String reason, String said) {
        RejectedException refused = refused(AvroEncoder.of(ORDER), json);
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "int"                                            | 2147483648
            "int"                                            | 1.5
            "long"                                           | 9223372036854775808
            "float"                                          | 1e39
            "double"                                         | 1e400
            "bytes"                                          | "00ff"
            "bytes"                                          | "\\\\x0"
            {"type":"fixed","name":"F","size":2}             | "\\\\x00"
            {"type":"int","logicalType":"date"}              | "2026-02-30"
            {"type":"long","logicalType":"timestamp-millis"} | "2026-01-02T03:04:05"
            {"type":"long","logicalType":"timestamp-nanos"}  | "2300-01-02T03:04:05Z"
            {"type":"long","logicalType":"local-timestamp-millis"} | "2026-01-02T03:04:05Z"
            {"type":"fixed","name":"F","size":16,"logicalType":"uuid"} | "1-2-3-4-5"
            {"type":"fixed","name":"F","size":12,"logicalType":"duration"} | "1 day"
            {"type":"fixed","name":"F","size":12,"logicalType":"duration"} | "P4294967296D"
            """)
    void values_that_would_become_others_are_refused(String schema, String json) {
        assertThat(refused(AvroEncoder.of(new Schema.Parser().parse(schema)), json)
                        .reason())
                .isEqualTo("schema: $");
    }

    @Test
    void what_decode_makes_of_protobuf_becomes_the_same_again() throws IOException {
        Descriptor order = ProtobufSchema.message(
                ProtobufSchema.of(List.of(text("shop/money.proto"), text("order.proto"))), "Order");
        String json = new String(ProtobufShape.of(order).json(file("order.bin"), 0, LIMIT), UTF_8);
        byte[] bytes = encoded(new ProtobufEncoder(order), json);
        assertThat(ProtobufShape.of(order).json(bytes, 0, LIMIT))
                .asString(UTF_8)
                .isEqualTo(json);

        byte[] indexed = encoded(ProtobufEncoder.withIndexes(order), json);
        ProtobufMessages messages = new ProtobufMessages(order.getFile());
        assertThat(messages.json(indexed, 0, LIMIT)).asString(UTF_8).isEqualTo(json);
        for (Descriptor type : order.getFile().getMessageTypes()) {
            for (Descriptor nested : type.getNestedTypes()) {
                if (!nested.getOptions().getMapEntry()) {
                    byte[] empty = encoded(ProtobufEncoder.withIndexes(nested), "{}");
                    assertThat(messages.json(empty, 0, LIMIT))
                            .isEqualTo(ProtobufShape.of(nested).json(new byte[0], 0, LIMIT));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"order_id":1}                         | schema: $.order_id       | expected a text, found 1
            {"customer":1.5}                       | schema: $.customer       | expected a whole number
            {"status":"GONE"}                      | schema: $.status         | expected one of
            {"placed_at":"2026-01-02"}             | schema: $.placed_at      | expected a time
            {"within":"1 day"}                     | schema: $.within         | expected a duration
            {"items":[{"sku":"a"},{"quantity":true}]} | schema: $.items[].quantity | $.items[1].quantity
            {"by_number":{"x":{}}}                 | schema: $.by_number.x    | expected a number as its name
            {"orderId":"o-1"}                      | schema: $.orderId        | as the schema has none
            {"card":"c","voucher":{}}              | schema: $.voucher        | one field of
            """)
    void what_does_not_fit_protobuf_says_its_field(String json, String reason, String said) throws IOException {
        Descriptor order = ProtobufSchema.message(
                ProtobufSchema.of(List.of(text("shop/money.proto"), text("order.proto"))), "Order");
        RejectedException refused = refused(new ProtobufEncoder(order), json);
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(said);
    }

    @Test
    void a_required_field_is_required() throws IOException {
        Descriptor legacy = ProtobufSchema.message(ProtobufSchema.of(List.of(text("legacy.proto"))), null);
        assertThat(refused(new ProtobufEncoder(legacy), "{}").reason()).isEqualTo("schema: $.id");
    }

    @Test
    void a_default_that_does_not_fit_is_a_broken_schema() {
        assertThat(
                        catchThrowableOfType(
                                IllegalArgumentException.class,
                                () -> AvroEncoder.of(
                                        List.of(
                                                new SchemaText(
                                                        "r",
                                                        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}")))))
                .hasMessageContaining("field a");
    }

    private static byte[] encoded(Encoder encoder, String json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        encoder.encode(json.getBytes(UTF_8), out);
        return out.toByteArray();
    }

    private static RejectedException refused(Encoder encoder, String json) {
        return catchThrowableOfType(RejectedException.class, () -> encoded(encoder, json));
    }

    private static SchemaText text(String name) throws IOException {
        return new SchemaText(name, new String(file(name), UTF_8));
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream file = EncoderTest.class.getResourceAsStream("/formats/" + name)) {
            return file.readAllBytes();
        }
    }
}

package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** JSON of Protobuf that its own compiler wrote; see src/test/resources/formats/README.md. */
class ProtobufShapeTest {

    private static final MessageLimit LIMIT = new MessageLimit(1_000_000);
    private static final String ORDER =
            "{\"order_id\":\"o-1\",\"customer\":9223372036854775807,\"status\":\"PAID\",\"total\":{\"currency\":\"EUR\","
                    + "\"cents\":1990},\"placed_at\":\"2026-01-02T03:04:05.000006000Z\",\"within\":\"PT1.5S\",\"items\":["
                    + "{\"sku\":\"a\",\"quantity\":-2},{\"sku\":\"bä\",\"quantity\":3}],\"ratings\":[5,-1,300],\"weights\":"
                    + "{\"k\":0.5},\"by_number\":{\"18446744073709551615\":{\"sku\":\"c\",\"quantity\":0}},\"voucher\":"
                    + "{\"currency\":\"EUR\",\"cents\":1},\"discount\":0,\"points\":0,\"extra\":{\"n\":null,"
                    + "\"l\":[1.5,true,{}]},\"raw\":\"\\\\x00ff\",\"gift\":true,\"largest\":18446744073709551615,\"checksum\":"
                    + "4294967295,\"offset\":-9223372036854775808,\"ratio\":1.25,\"exact\":0.1,\"balance\":"
                    + "-9223372036854775808,\"replaces\":{\"order_id\":\"o-0\",\"customer\":0,\"status\":\"UNKNOWN\","
                    + "\"items\":[],\"ratings\":[],\"weights\":{},\"by_number\":{},\"raw\":\"\\\\x\",\"gift\":false,"
                    + "\"largest\":0,\"checksum\":0,\"offset\":0,\"ratio\":0.0,\"exact\":0.0,\"balance\":0,\"history\":[],"
                    + "\"count\":0},\"history\":[\"OPEN\",\"PAID\"],\"count\":4294967295}";

    @Test
    void what_the_compiler_wrote_becomes_what_columns_take() throws IOException {
        assertThat(json(order(), file("order.bin"))).isEqualTo(ORDER);
        FileDescriptor compiled = ProtobufSchema.of(file("order.desc"));
        assertThat(json(ProtobufSchema.message(compiled, "Order"), file("order.bin")))
                .isEqualTo(ORDER);
    }

    @Test
    void a_schema_of_before_has_groups_and_required_fields_and_tells_what_is_not_set() throws IOException {
        Descriptor legacy = ProtobufSchema.message(ProtobufSchema.of(List.of(text("legacy.proto"))), null);
        assertThat(json(legacy, file("legacy.bin")))
                .isEqualTo("{\"id\":\"l-1\",\"line\":[{\"number\":1,\"text\":\"x\"},{\"number\":2}],\"kind\":\"SMALL\","
                        + "\"unpacked\":[1,2]}");
        assertThatThrownBy(() -> json(legacy, new byte[0]))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("no value of field id, which is required");
    }

    @Test
    void fields_come_in_any_order_the_last_counts_and_messages_are_merged() throws IOException {
        Descriptor order = order();
        byte[] payload = concat(
                field(8, 1), // ratings, not packed
                bytes(4, bytes(1, "EUR".getBytes(UTF_8))),
                field(2, 1),
                bytes(12, bytes(1, "EUR".getBytes(UTF_8))),
                bytes(8, new byte[] {2, 3}),
                field(2, 2),
                bytes(11, "card".getBytes(UTF_8)),
                bytes(4, field(2, 7)),
                field(3, 99),
                field(1000, 5));
        assertThat(json(order, payload))
                .contains("\"customer\":2,", "\"status\":99,", "\"ratings\":[1,2,3],", "\"card\":\"card\"")
                .contains("\"total\":{\"currency\":\"EUR\",\"cents\":7}")
                .doesNotContain("voucher", "1000");
    }

    @Test
    void numbers_in_front_say_which_message_it_is() throws IOException {
        ProtobufMessages messages = new ProtobufMessages(ProtobufSchema.of(texts()));
        byte[] cancelled = bytes(1, "o-1".getBytes(UTF_8));
        assertThat(json(messages, concat(new byte[] {0}, cancelled)))
                .startsWith("{\"order_id\":\"o-1\",\"customer\":0");
        assertThat(json(messages, concat(new byte[] {2, 2}, cancelled))).isEqualTo("{\"order_id\":\"o-1\"}");
        assertThat(json(messages, concat(new byte[] {4, 2, 0}, cancelled))).isEqualTo("{\"text\":\"o-1\"}");
        for (byte[] broken : List.of(
                new byte[0], new byte[] {2, 4}, new byte[] {1}, new byte[] {2, 1}, new byte[] {4, 2, 2}, new byte[] {
                    8, 0
                })) {
            assertThatThrownBy(() -> json(messages, broken))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("does not fit");
        }
    }

    @Test
    void whatever_is_cut_or_changed_is_refused_or_read_but_never_fails_otherwise() throws IOException {
        ProtobufShape shape = ProtobufShape.of(order());
        byte[] payload = file("order.bin");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = Arrays.copyOf(payload, i % 4 == 0 ? random.nextInt(payload.length) : payload.length);
            for (int change = random.nextInt(4); change >= 0 && changed.length > 0; change--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(shape.json(changed, 0, LIMIT)).isNotEmpty();
            } catch (RejectedException e) {
                assertThat(e.reason()).as("seed %d", seed).isIn("broken Protobuf", "too large");
            }
        }
    }

    @Test
    void a_field_of_another_type_is_broken() throws IOException {
        Descriptor order = order();
        for (byte[] payload : List.of(
                bytes(2, new byte[0]),
                field(1, 1),
                field(4, 1),
                new byte[] {(10 << 3) | 3, (10 << 3) | 4},
                new byte[] {0, 1},
                bytes(1, new byte[] {(byte) 0xff}),
                bytes(5, field(2, 1_000_000_000)),
                "{\"order_id\":\"o-1\"}".getBytes(UTF_8))) {
            assertThatThrownBy(() -> json(order, payload)).isInstanceOf(RejectedException.class);
        }
    }

    @Test
    void a_small_payload_does_not_become_a_large_one() throws IOException {
        // Two bytes each, for a message of 26 fields.
        byte[] items = new byte[1 << 19];
        for (int i = 0; i < items.length; i += 2) {
            items[i] = (7 << 3) | 2;
        }
        assertThatThrownBy(() -> json(order(), items))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("as JSON");
    }

    @Test
    void as_deep_as_a_parser_of_json_reads() throws IOException {
        Descriptor order = order();
        // The innermost has arrays, which are empty.
        assertThat(json(order, nested(998))).contains("\"replaces\":");
        assertThatThrownBy(() -> json(order, nested(999)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("levels");
        byte[] groups = new byte[100_000];
        for (int i = 0; i < groups.length; i += 2) {
            groups[i] = (byte) ((((100 << 3) | 3) & 0x7f) | 0x80);
            groups[i + 1] = (byte) (((100 << 3) | 3) >> 7);
        }
        assertThatThrownBy(() -> json(order, groups))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("levels");
    }

    @Test
    void a_broken_schema_is_told_with_what_it_lacks() {
        assertThat(complaint("syntax = \"proto3\"; message A { B b = 1; }")).contains("\"B\" is not defined");
        assertThat(complaint("syntax = \"proto3\"; mesage A { }")).contains("1:");
        assertThat(complaint("edition = \"2023\"; message A { }")).contains("descriptor set");
        assertThat(complaint("syntax = \"proto3\"; import \"b.proto\"; message A { }"))
                .isEqualTo("it imports b.proto, which is not there");
        assertThat(complaint("message A {".repeat(1_000_000))).contains("levels");
        assertThat(complaint("syntax = \"proto3\"; message A { } message B { }"))
                .isEqualTo("it has the messages A, B: say which one with the option message");
        assertThatThrownBy(() -> ProtobufSchema.of("no set".getBytes(UTF_8))).hasMessageContaining("no descriptor set");
    }

    @Test
    void what_is_named_as_the_format_s_own_message_has_the_same_fields() {
        String timestamp = "syntax = \"proto3\"; package google.protobuf; message Timestamp { %s }";
        assertThat(complaint(timestamp.formatted("int64 seconds = 1; int32 nanos = 2;")))
                .isEqualTo("none");
        for (String fields : List.of("", "int64 seconds = 1;", "int64 seconds = 1; string nanos = 2;")) {
            assertThat(complaint(timestamp.formatted(fields)))
                    .contains("message google.protobuf.Timestamp with other fields")
                    .contains("import google/protobuf/timestamp.proto");
        }
        assertThat(complaint("syntax = \"proto3\"; package google.protobuf; message Value { string text = 3; }"))
                .contains("message google.protobuf.Value with other fields");
    }

    private static String complaint(String schema) {
        try {
            ProtobufSchema.message(ProtobufSchema.of(List.of(new SchemaText("a.proto", schema))), null);
            return "none";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private static Descriptor order() throws IOException {
        return ProtobufSchema.message(ProtobufSchema.of(texts()), "shop.Order");
    }

    private static List<SchemaText> texts() throws IOException {
        return List.of(text("shop/money.proto"), text("order.proto"));
    }

    private static SchemaText text(String name) throws IOException {
        return new SchemaText(name, new String(file(name), UTF_8));
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream file = ProtobufShapeTest.class.getResourceAsStream("/formats/" + name)) {
            return file.readAllBytes();
        }
    }

    private static String json(Descriptor message, byte[] payload) {
        return json(ProtobufShape.of(message), payload);
    }

    private static String json(Decoder decoder, byte[] payload) {
        return new String(decoder.json(payload, 0, LIMIT), UTF_8);
    }

    /** Field 24 within itself. */
    private static byte[] nested(int levels) {
        byte[] payload = new byte[0];
        for (int i = 0; i < levels; i++) {
            payload = bytes(24, payload);
        }
        return payload;
    }

    private static byte[] field(int number, long value) {
        return concat(varint((long) number << 3), varint(value));
    }

    private static byte[] bytes(int number, byte[] value) {
        return concat(varint(((long) number << 3) | 2), varint(value.length), value);
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long left = value;
        while ((left & ~0x7FL) != 0) {
            bytes.write((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        bytes.write((int) left);
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}

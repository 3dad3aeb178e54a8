package dev.headgate.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.failure.RejectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamCheckTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ORDER = """
            {"order_id":"o-1","version":3,"customer":"Zo\\u00eb 1","amount":12.50,"currency":"EUR","status":"paid",\
            "placed_at":"2026-01-01T00:00:00Z","items":[{"sku":"a","quantity":2},{"sku":"b","quantity":1}],\
            "note":null,"tags":["x",{"y":[true,1e3]}]}""";

    /** What a mutation puts somewhere. */
    private static final String[] PIECES = {
        "\"order_id\":\"b\",",
        "\"note\":1,",
        "\"sku\":\"c\",",
        "1.0",
        "0",
        "-1",
        "1e400",
        "null",
        "true",
        "\"\"",
        "\"\\ud83d\\ude00\"",
        "[]",
        "{}",
        "{",
        "}",
        ",",
        "\"",
        "\\",
        "99999999999999999999",
        "\u00e9",
        "new",
        " ",
        "e5",
    };

    private final JsonNode schema = read();
    private final StreamCheck stream = StreamCheck.of(schema);

    private static JsonNode read() {
        try {
            return JSON.readTree(Files.readString(Path.of("routes", "orders.schema.json")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_shipped_orders_need_no_more() {
        assertThat(stream.isValid(ORDER.getBytes(UTF_8))).isTrue();
    }

    @Test
    void with_it_the_same_messages_are_valid_as_without() {
        JsonSchemaValidator full = validator(withMore());
        JsonSchemaValidator both = validator(schema);
        Random random = new Random(5);
        int yes = 0;
        int invalid = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(ORDER);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(text.length());
                text.replace(
                        at, Math.min(text.length(), at + random.nextInt(4)), PIECES[random.nextInt(PIECES.length)]);
            }
            byte[] body = text.toString().getBytes(UTF_8);
            boolean valid = isValid(full, body);
            invalid += valid ? 0 : 1;
            yes += stream.isValid(body) ? 1 : 0;
            assertThat(isValid(both, body)).as(text.toString()).isEqualTo(valid);
        }
        assertThat(yes).isGreaterThan(200);
        assertThat(invalid).isGreaterThan(200);
    }

    @Test
    void it_leaves_alone_what_is_rare() {
        assertThat(stream.isValid(
                        ORDER.replace("\"version\":3", "\"version\":3.0").getBytes(UTF_8)))
                .isFalse();
        assertThat(stream.isValid(
                        ORDER.replace("null", "\"" + "x".repeat(70_000) + "\"").getBytes(UTF_8)))
                .isFalse();
        assertThat(stream.isValid(ORDER.replace("null", "1".repeat(101)).getBytes(UTF_8)))
                .isFalse();
        assertThat(stream.isValid(
                        ORDER.replace("null", "[".repeat(40) + "]".repeat(40)).getBytes(UTF_8)))
                .isFalse();
        assertThat(StreamCheck.of(withMore())).isNull();
    }

    /** With a keyword that forbids nothing and that the other one does not know. */
    private JsonNode withMore() {
        ObjectNode more = schema.deepCopy();
        more.put("propertyNames", true);
        return more;
    }

    private static JsonSchemaValidator validator(JsonNode schema) {
        return new JsonSchemaValidator(
                new SchemaFile("schema.json", schema.toString().getBytes(UTF_8)));
    }

    private static boolean isValid(JsonSchemaValidator validator, byte[] body) {
        try {
            validator.validate(body);
            return true;
        } catch (RejectedException e) {
            return false;
        }
    }
}

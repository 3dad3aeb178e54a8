package dev.headgate.schema;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.headgate.failure.RejectedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JsonSchemaValidatorTest {

    private static final String SCHEMA = """
            { "type": "object", "required": ["id"], "properties": {
                "id": { "type": "string", "minLength": 1 },
                "count": { "type": "integer", "maximum": 10 },
                "lines": { "type": "array", "items": { "type": "string" } },
                "child": { "$ref": "#" } } }
            """;

    private JsonSchemaValidator validator;

    @BeforeEach
    void schema() {
        validator = new JsonSchemaValidator(new SchemaFile("schema.json", SCHEMA.getBytes(UTF_8)));
    }

    @Test
    void what_the_schema_describes_passes() {
        assertValid("{\"id\":\"a\",\"count\":10,\"other\":[1.5e300]}");
        assertValid(" {\"id\":\"caf\u00e9\"} ");
    }

    @Test
    void a_fault_names_its_place_and_keyword() {
        assertRejected("{}", "schema: $ required");
        assertRejected("{\"id\":1}", "schema: $.id type");
        assertRejected("{\"id\":\"a\",\"count\":11}", "schema: $.count maximum");
    }

    @Test
    void equal_faults_at_different_indexes_have_one_reason() {
        assertRejected("{\"id\":\"a\",\"lines\":[1]}", "schema: $.lines[] type");
        assertRejected("{\"id\":\"a\",\"lines\":[\"\",\"\",1]}", "schema: $.lines[] type");
    }

    @Test
    void what_is_not_one_document_is_broken() {
        for (String body :
                new String[] {"{", "{\"id\":\"a\"}}", "{\"id\":\"a\"} {}", "\"", "{'id':1}", "{\"id\":NaN}"}) {
            assertRejected(body, "broken JSON");
        }
        assertRejected("{\"id\":\"a\",\"x\":1e99999999999999999999}", "exponent beyond 1000");
        assertRejected("{\"id\":\"a\",\"id\":\"b\"}", "broken JSON");
    }

    @Test
    void nothing_is_no_document() {
        assertRejected(new byte[0], "no body");
        assertRejected((byte[]) null, "no body");
    }

    @Test
    void only_utf_8_without_a_mark_passes() {
        assertRejected("{\"id\":\"a\"}".getBytes(UTF_16LE), "NUL byte");
        assertRejected("\uFEFF{\"id\":\"a\"}", "byte order mark");
        assertRejected(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}, "invalid UTF-8");
        assertRejected(new byte[] {(byte) 0xEF}, "invalid UTF-8");
    }

    @Test
    void where_the_encoding_breaks_is_told() {
        assertThatThrownBy(() -> validator.validate(new byte[] {'"', 'a', (byte) 0xFF, '"'}))
                .hasMessageContaining("byte 2");
    }

    @Test
    void depth_exhausts_neither_the_parser_nor_the_schema() {
        assertRejected("{\"id\":\"a\",\"x\":" + "[".repeat(100_000), "nested too deeply");
        String levels = "{\"id\":\"a\",\"child\":".repeat(990) + "{\"id\":\"a\"}" + "}".repeat(990);
        Thread small = new Thread(null, () -> assertRejected(levels, "nested too deeply"), "small stack", 256 * 1024);
        assertThatCode(() -> run(small)).doesNotThrowAnyException();
    }

    @Test
    void hundreds_of_thousands_of_faults_are_refused_at_the_first() {
        assertRejected("{\"id\":\"a\",\"lines\":[1" + ",1".repeat(400_000) + "]}", "schema: $.lines[] type");
    }

    @Test
    void what_would_take_much_memory_is_refused_with_what_it_has_too_much_of() {
        assertValid("{\"id\":\"a\",\"x\":[1" + ",1".repeat(499_000) + "]}");
        assertRejected("{\"id\":\"a\",\"x\":[1" + ",1".repeat(500_000) + "]}", "too many JSON values");
        assertRejected("{\"id\":\"a\",\"" + "n".repeat(60_000) + "\":1}", "JSON name too long");
        assertRejected("{\"id\":\"a\",\"x\":" + "9".repeat(2_000) + "}", "JSON number too long");
        assertRejected("{\"id\":\"a\",\"x\":\"" + "s".repeat(20_000_001) + "\"}", "JSON beyond limits");
    }

    @Test
    void a_number_is_no_shorter_than_a_thousandth_of_its_digits() {
        assertValid("{\"id\":\"1e1001\",\"x\":[1e1000,1.5E-1000,1e+0999,-0e0,true,false]}");
        for (String number : new String[] {"1e1001", "1E-1001", "0.1e+131071", "12e999999999", "1e00000000000001001"}) {
            assertRejected("{\"id\":\"\\\"\",\"x\":[1," + number + "]}", "exponent beyond 1000");
        }
    }

    private static void run(Thread thread) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
        thread.start();
        thread.join();
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    private void assertValid(String body) {
        assertThatCode(() -> validator.validate(body.getBytes(UTF_8))).doesNotThrowAnyException();
    }

    private void assertRejected(String body, String reason) {
        assertRejected(body.getBytes(UTF_8), reason);
    }

    private void assertRejected(byte[] body, String reason) {
        assertThatThrownBy(() -> validator.validate(body))
                .asInstanceOf(type(RejectedException.class))
                .extracting(RejectedException::reason)
                .isEqualTo(reason);
    }
}

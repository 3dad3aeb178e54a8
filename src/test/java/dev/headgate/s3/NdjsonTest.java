package dev.headgate.s3;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NdjsonTest {

    @Test
    void a_value_is_one_line_and_otherwise_unchanged() {
        byte[] compact = "{\"a\":\"\u00e4\\n\"}".getBytes(UTF_8);

        assertThat(Ndjson.line(compact)).isSameAs(compact);
        assertThat(new String(Ndjson.line("{\r\n \"a\": 1\n}".getBytes(UTF_8)), UTF_8))
                .isEqualTo("{   \"a\": 1 }");
        assertThat(new String(Ndjson.line(null), UTF_8)).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1}", "[1,2]", "\"text\"", " 1.5 ", "null", "{\"a\":{\"b\":[]}}"})
    void one_value_passes(String json) {
        assertThat(Ndjson.check(json.getBytes(UTF_8), "t")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{\"a\":1}{\"a\":2}", "1 2", "{a:1}", "hello", "[1,]", "{\"a\":\"b\n\"}"})
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> Ndjson.check(text.getBytes(UTF_8), null)).isInstanceOf(RejectedException.class);
    }

    @Test
    void other_encodings_are_refused() {
        assertThatThrownBy(() -> Ndjson.check("{\"a\":1}".getBytes(UTF_16BE), null))
                .isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> Ndjson.check(new byte[] {'"', (byte) 0xc3, '"'}, null))
                .isInstanceOf(RejectedException.class);
    }

    @Test
    void a_field_is_found_in_the_outermost_object_only() {
        String json = "{\"a\":{\"t\":\"inner\"},\"l\":[\"t\"],\"t\":\"outer\",\"z\":1}";

        assertThat(Ndjson.check(json.getBytes(UTF_8), "t")).isEqualTo("outer");
        assertThat(Ndjson.check("{\"a\":{\"t\":\"inner\"},\"t\":5}".getBytes(UTF_8), "t"))
                .isNull();
        assertThat(Ndjson.check("[\"t\"]".getBytes(UTF_8), "t")).isNull();
    }
}

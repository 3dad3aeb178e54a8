package dev.headgate.s3;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThat(Ndjson.check(json.getBytes(UTF_8), List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{\"a\":1}{\"a\":2}", "1 2", "{a:1}", "hello", "[1,]", "{\"a\":\"b\n\"}"})
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> Ndjson.check(text.getBytes(UTF_8), List.of())).isInstanceOf(RejectedException.class);
    }

    @Test
    void other_encodings_are_refused() {
        assertThatThrownBy(() -> Ndjson.check("{\"a\":1}".getBytes(UTF_16BE), List.of()))
                .isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> Ndjson.check(new byte[] {'"', (byte) 0xc3, '"'}, List.of()))
                .isInstanceOf(RejectedException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            t       ; outer
            z       ; 1.50
            y       ; true
            n       ;
            a       ;
            a.t     ; inner
            a.b.t   ; innermost
            a.b     ;
            b.t     ;
            l.t     ;
            e.t     ; dotted
            missing ;
            """)
    void a_field_is_found_by_the_names_that_lead_to_it(String path, String value) {
        String json =
                "{\"a\":{\"t\":\"inner\",\"b\":{\"t\":\"innermost\"}},\"l\":[{\"t\":\"element\"},\"t\"],\"t\":\"outer\","
                        + "\"z\":1.50,\"y\":true,\"n\":null,\"e.t\":\"dotted\"}";

        assertThat(Ndjson.check(json.getBytes(UTF_8), List.of(new FieldPath("y"), new FieldPath(path))))
                .containsExactly("true", value);
        assertThat(Ndjson.check("[\"t\"]".getBytes(UTF_8), List.of(new FieldPath("t"))))
                .containsOnlyNulls();
    }
}

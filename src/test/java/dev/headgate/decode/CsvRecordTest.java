package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One record of CSV as an object of texts. */
class CsvRecordTest {

    private static final MessageLimit LIMIT = new MessageLimit(100_000);

    @Test
    void names_are_those_of_the_option_or_of_the_first_line() {
        String expected = "{\"id\":\"a\",\"amount\":\"19.90\",\"note\":null}";
        assertThat(json("id, amount, note", ",", "a,19.90,")).isEqualTo(expected);
        assertThat(json(null, ",", "id,amount,note\r\na,19.90,\r\n")).isEqualTo(expected);
        assertThat(json(null, ";", "\uFEFF\"id\";amount;note\na;19.90;\n\n")).isEqualTo(expected);
    }

    @Test
    void quotes_keep_what_is_within_and_tell_an_empty_text_from_nothing() {
        assertThat(json("a,b,c,d", ",", "\"x,\"\"y\"\"\nz\",\"\",, ü "))
                .isEqualTo("{\"a\":\"x,\\\"y\\\"\\nz\",\"b\":\"\",\"c\":null,\"d\":\" ü \"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a,b     | 1          | broken CSV      | 1 fields, where 2 have names
            a,b     | 1,2,3      | broken CSV      | more fields than the 2
            a,b     | ``         | broken CSV      | no line with a record
            a,b     | 1,"2       | broken CSV      | quote
            a,b     | 1,"2"x     | broken CSV      | separator
            a,b     | 1,2/3,4    | several records | split the message
                    | a,b        | broken CSV      | no line with a record
                    | ``         | broken CSV      | no line with the names
                    | a,a/1,2    | broken CSV      | two fields with the name a
                    | a,/1,2     | broken CSV      | without a name
                    | a/1/2      | several records | split the message
            """)
    void what_is_not_one_record_is_refused(@Nullable String header, String payload, String reason, String error) {
        assertThatThrownBy(() -> json(header, ",", payload.replace('/', '\n')))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(error);
    }

    @Test
    void it_is_read_in_one_charset_and_bounded() {
        CsvRecord record = CsvRecord.of("a", ",");
        assertThatThrownBy(() -> record.json("ü".getBytes(ISO_8859_1), 0, LIMIT))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> json(null, ",", "x,".repeat(40_000)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("more than 1,600 fields");
        assertThatThrownBy(() -> json("a", ",", "\u0001".repeat(20_000)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("as JSON");
    }

    @Test
    void options_that_cannot_be_are_told_with_what_is_expected() {
        assertThatThrownBy(() -> CsvRecord.of("a", ";;")).hasMessageContaining("option delimiter to be one character");
        assertThatThrownBy(() -> CsvRecord.of("a,,b", ","))
                .hasMessageContaining("option header")
                .hasMessageContaining("id,amount");
        assertThatThrownBy(() -> CsvRecord.of("a,a", ",")).hasMessageContaining("two fields with the name a");
    }

    private static String json(@Nullable String header, String delimiter, String payload) {
        return new String(CsvRecord.of(header, delimiter).json(payload.getBytes(UTF_8), 0, LIMIT), UTF_8);
    }
}

package dev.headgate.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonElementTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "1",
                "\"a,]}\"",
                " {\"a\":[1,{\"b\":\"\\\"],\"}]} ",
                "{\"\u00e9\":\"\uD83D\uDE00\"}"
            })
    void one_value_is_one_element(String text) {
        assertThatCode(() -> JsonElement.require(text.getBytes(UTF_8))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "1,2", "{},{}", "{", "}", "]", "],[", "{}]", "\"a", "\"a\\\"", "[\"]", "{}}{"})
    void what_would_change_the_array_is_rejected(String text) {
        assertThatThrownBy(() -> JsonElement.require(text.getBytes(UTF_8))).isInstanceOf(RejectedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e131071", "{\"a\":-1.5E-1001}", "[1e1001]"})
    void a_number_that_is_long_only_when_written_out_is_rejected(String text) {
        assertThatThrownBy(() -> JsonElement.require(text.getBytes(UTF_8)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("exponent");
    }

    @Test
    void invalid_utf_8_is_rejected_and_not_mended() {
        assertThatThrownBy(() -> JsonElement.require(new byte[] {'"', (byte) 0xC3, '"'}))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("UTF-8");
    }
}

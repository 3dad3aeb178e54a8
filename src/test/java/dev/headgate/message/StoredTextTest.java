package dev.headgate.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoredTextTest {

    @Test
    void bytes_come_back_unchanged_and_different_ones_have_different_texts() {
        List<byte[]> all = List.of(
                new byte[0],
                "plain".getBytes(UTF_8),
                "gr\u00fc\u00df \uD83D\uDE00".getBytes(UTF_8),
                "a\0b".getBytes(UTF_8),
                new byte[] {(byte) 0xFF},
                "base64:/w==".getBytes(UTF_8),
                "base64:".getBytes(UTF_8),
                "base64:not".getBytes(UTF_8),
                StoredText.of("base64:/w==").getBytes(UTF_8));
        Set<String> texts = new HashSet<>();
        for (byte[] bytes : all) {
            String text = StoredText.of(bytes);
            assertThat(StoredText.bytes(text)).isEqualTo(bytes);
            assertThat(text).doesNotContain("\0");
            texts.add(text);
        }
        assertThat(texts).hasSameSizeAs(all);
    }

    @Test
    void what_was_written_before_there_were_such_texts_is_read_as_it_is() {
        assertThat(StoredText.bytes("base64:not")).isEqualTo("base64:not".getBytes(UTF_8));
        assertThat(StoredText.bytes("base64:YWJj")).as("nobody writes this").isEqualTo("base64:YWJj".getBytes(UTF_8));
        assertThat(StoredText.bytes("base64:/w==")).isEqualTo(new byte[] {(byte) 0xFF});
    }

    @Test
    void ordinary_text_stays_readable() {
        assertThat(StoredText.of("order-17")).isEqualTo("order-17");
        assertThat(StoredText.of("order-17".getBytes(UTF_8))).isEqualTo("order-17");
    }
}

package dev.headgate.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    private static final List<byte[]> KEYS = List.of(
            new byte[0],
            "order 1".getBytes(UTF_8),
            "base64:gA==".getBytes(UTF_8),
            "base64:not".getBytes(UTF_8),
            new byte[] {(byte) 0x80},
            new byte[] {(byte) 0x81},
            new byte[] {0, 0, 0, 1},
            new byte[] {0, 0, 0, 2},
            "\uFFFD".getBytes(UTF_8));

    private static String read(byte[] key) {
        try (KeyText.Reader reader = new KeyText.Reader()) {
            return reader.deserialize("orders", key);
        }
    }

    private static byte[] written(Object key) {
        try (KeyText.Writer writer = new KeyText.Writer()) {
            return writer.serialize("orders", key);
        }
    }

    @Test
    void different_keys_have_different_texts_and_each_is_written_as_it_was_read() {
        Set<String> texts = new HashSet<>();
        for (byte[] key : KEYS) {
            String text = read(key);
            assertThat(texts.add(text)).as(text).isTrue();
            assertThat(written(text)).as(text).isEqualTo(key);
        }
    }

    @Test
    void text_is_itself_and_none_is_none() {
        assertThat(read("Zürich".getBytes(UTF_8))).isEqualTo("Zürich");
        assertThat(read(null)).isNull();
        assertThat(written(null)).isNull();
        assertThat(written(new byte[] {(byte) 0x80})).containsExactly(0x80);
        assertThat(written(17L)).isEqualTo("17".getBytes(UTF_8));
    }
}

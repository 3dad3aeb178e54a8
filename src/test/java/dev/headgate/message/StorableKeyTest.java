package dev.headgate.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StorableKeyTest {

    @Test
    void an_ordinary_key_stays_as_it_is() {
        for (String key : List.of("", "order-1", "caf\u00e9 \uD83D\uDE00", "k".repeat(512))) {
            assertThat(StorableKey.of(key)).isEqualTo(key);
        }
    }

    @Test
    void a_key_that_the_table_cannot_hold_becomes_a_digest() {
        for (String key : List.of("k".repeat(513), "a\0b", "\uD83D", "\uDE00\uD83D")) {
            assertThat(StorableKey.of(key)).matches("sha256:[0-9a-f]{64}");
        }
    }

    @Test
    void different_keys_stay_different() {
        List<String> keys = List.of("a\0", "\0a", "\uFFFD", "?", "\uD83D", "\uD83E", "k".repeat(513), "k".repeat(514));
        Set<String> stored = new HashSet<>();
        keys.forEach(key -> stored.add(StorableKey.of(key)));
        assertThat(stored).hasSameSizeAs(keys);
    }
}

package dev.headgate.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class StorableKeyTest {

    private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe};

    @Test
    void an_ordinary_id_stays_as_it_is() {
        for (String id :
                List.of("", "order-1", "orders-0-5", "base64://4=", "caf\u00e9 \uD83D\uDE00", "a@b", "k".repeat(512))) {
            assertThat(StorableKey.ofId(id)).isEqualTo(id);
            assertThat(StorableKey.ofId(id.getBytes(UTF_8))).isEqualTo(id);
        }
    }

    @Test
    void an_id_that_the_table_cannot_hold_becomes_a_digest() {
        for (String id : List.of("k".repeat(513), "a\0b", "\uD83D", "\uDE00\uD83D")) {
            assertThat(StorableKey.ofId(id)).matches("@sha256:[0-9a-f]{64}");
        }
        assertThat(StorableKey.ofId(new byte[1 << 20])).matches("@sha256:[0-9a-f]{64}");
    }

    @Test
    void every_other_form_begins_with_its_kind() {
        assertThat(StorableKey.ofPosition("orders-0-5")).isEqualTo("@at:orders-0-5");
        assertThat(StorableKey.ofId("@at:orders-0-5")).isEqualTo("@id:@at:orders-0-5");
        assertThat(StorableKey.ofId(NO_TEXT)).isEqualTo("@base64://4=");
        assertThat(StorableKey.withTopic("eu", "1")).isEqualTo("@topic:eu:1");
        assertThat(StorableKey.withTopic(null, "1")).isEqualTo("1");
    }

    @Test
    void different_keys_stay_different() {
        byte[] longNoText = new byte[600];
        longNoText[0] = (byte) 0xff;
        String base64 = Base64.getEncoder().encodeToString(longNoText);
        List<String> ids = List.of(
                "a\0",
                "\0a",
                "\uFFFD",
                "?",
                "\uD83D",
                "\uD83E",
                "k".repeat(513),
                "k".repeat(514),
                "@" + "k".repeat(513),
                "@id:" + "@" + "k".repeat(513),
                "base64://4=",
                "@base64://4=",
                "@id:@base64://4=",
                "@base64:" + base64,
                "base64:" + base64,
                "orders-0-5",
                "@at:orders-0-5",
                "@topic:eu:1",
                "1",
                "eu:1");
        List<String> stored = new ArrayList<>();
        ids.forEach(id -> stored.add(StorableKey.ofId(id)));
        ids.forEach(id -> stored.add(StorableKey.ofPosition(id)));
        ids.forEach(id -> stored.add(StorableKey.withTopic("eu", StorableKey.ofId(id))));
        ids.forEach(id -> stored.add(StorableKey.withTopic("us", StorableKey.ofId(id))));
        List.of(NO_TEXT, longNoText).forEach(id -> stored.add(StorableKey.ofId(id)));
        stored.addAll(List.copyOf(stored).stream()
                .filter(form -> form.startsWith("@"))
                .map(StorableKey::ofId)
                .filter(form -> !stored.contains(form))
                .toList());

        assertThat(stored).doesNotHaveDuplicates().hasSizeGreaterThan(4 * ids.size());
    }
}

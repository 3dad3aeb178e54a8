package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SentEntriesTest {

    @Test
    void what_was_sent_is_short_and_comes_back() {
        SentEntries sent = SentEntries.of(
                Stream.of(1003L, 1001L, 1002L, 1010L)
                        .map(SentEntriesTest::entry)
                        .toList(),
                7);

        assertThat(sent.text()).isEqualTo("1010 1001 1 1 7");
        assertThat(SentEntries.parse(sent.text())).isEqualTo(sent);
    }

    @Test
    void the_highest_that_was_sent_before_stays_known() {
        assertThat(SentEntries.of(List.of(entry(5)), 9)).isEqualTo(new SentEntries(9, List.of(5L)));
    }

    private static OutboxEntry entry(long id) {
        return new OutboxEntry(id, 0, "key", "application/json", null, new byte[0], 0);
    }
}

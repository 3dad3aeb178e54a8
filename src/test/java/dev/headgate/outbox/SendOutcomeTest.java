package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.ExchangeBulk;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class SendOutcomeTest {

    private final Exception down = new IllegalStateException("down");

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final List<OutboxEntry> entries = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();

    @Test
    void without_a_failure_all_are_delivered_whether_confirmed_or_not() {
        confirmed("a");
        silent("b");

        assertThat(read(null).delivered()).hasSize(2);
        assertThat(read(null).failed()).isEmpty();
    }

    @Test
    void what_is_confirmed_is_delivered_though_the_bulk_failed_and_nobody_knows_about_the_rest() {
        confirmed("a");
        silent("a");
        silent("b");

        SendOutcome outcome = read(down);

        assertThat(ids(outcome.delivered())).containsExactly(0L);
        assertThat(failed(outcome)).containsExactly(1L, 2L);
        assertThat(outcome.isAttributed()).isFalse();
    }

    @Test
    void nothing_of_a_key_is_delivered_behind_one_that_failed() {
        failing("a");
        confirmed("a");
        silent("a");
        confirmed("b");
        failing(null);
        confirmed(null);

        SendOutcome outcome = read(null);

        assertThat(ids(outcome.delivered())).containsExactly(3L, 5L);
        assertThat(failed(outcome)).containsExactly(0L, 4L);
    }

    @Test
    void behind_one_that_is_refused_its_key_goes_on() {
        silent("a").setException(new RejectedException("too large", "3 MB"));
        confirmed("a");
        silent("a");
        confirmed("b");

        SendOutcome outcome = read(null);

        assertThat(ids(outcome.delivered())).containsExactly(1L, 3L);
        assertThat(failed(outcome)).containsExactly(0L);
    }

    private SendOutcome read(Exception failure) {
        return SendOutcome.of(entries, new ExchangeBulk(exchanges), failure);
    }

    private static List<Long> ids(List<OutboxEntry> entries) {
        return entries.stream().map(OutboxEntry::id).toList();
    }

    private static List<Long> failed(SendOutcome outcome) {
        return outcome.failed().stream().map(failed -> failed.entry().id()).toList();
    }

    private Exchange silent(String key) {
        entries.add(new OutboxEntry(entries.size(), 0, key, "text/plain", null, null, 0));
        exchanges.add(new DefaultExchange(context));
        return exchanges.get(exchanges.size() - 1);
    }

    private void confirmed(String key) {
        ExchangeBulk.confirm(silent(key));
    }

    private void failing(String key) {
        silent(key).setException(down);
    }
}

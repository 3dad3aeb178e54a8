package dev.headgate.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.failure.RejectedException;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ExchangeBulkTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Exchange first = new DefaultExchange(context);
    private final Exchange second = new DefaultExchange(context);
    private final ExchangeBulk bulk = new ExchangeBulk(List.of(first, second));

    @Test
    void iteration_gives_all_exchanges_when_none_fails() {
        assertThat(bulk).containsExactly(first, second);
        assertThat(bulk.failure()).isEmpty();
    }

    @Test
    void iteration_ends_after_an_exchange_that_failed_and_the_failure_is_known() {
        Iterator<Exchange> iterator = bulk.iterator();
        IllegalStateException refused = new IllegalStateException("refused");
        iterator.next().setException(refused);

        assertThat(iterator.hasNext()).isFalse();
        assertThat(bulk.failure()).contains(refused);
    }

    @Test
    void iteration_goes_on_behind_an_exchange_that_failed_by_what_is_in_it() {
        Iterator<Exchange> iterator = bulk.iterator();
        iterator.next().setException(new RejectedException("too large", "3 MB"));

        assertThat(iterator.next()).isSameAs(second);
    }

    @Test
    void another_attempt_begins_without_the_failures_of_the_earlier_one() {
        bulk.iterator().next().setException(new IllegalStateException("refused"));

        assertThat(bulk.iterator()).toIterable().containsExactly(first, second);
        assertThat(bulk.failure()).isEmpty();
    }
}

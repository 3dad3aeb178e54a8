package dev.headgate.message;

import dev.headgate.failure.Failure;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * The body of an exchange that sends many others, such as those of outbox entries. Its iterator ends early when the exchange
 * that it gave last has failed, unless by what is in it: a Kafka producer without a broker blocks {@code max.block.ms} in
 * each send, and would go on to do so for each entry of a bulk that has already failed. It still waits for what it has sent,
 * so nothing is in flight when the bulk is given up.
 *
 * <p>A producer says of each exchange what became of it: an exception, or that it {@link #confirm has arrived}.
 */
public final class ExchangeBulk extends AbstractList<Exchange> {

    private static final String ARRIVED = "HeadgateArrived";

    private final List<Exchange> exchanges;

    public ExchangeBulk(List<Exchange> exchanges) {
        this.exchanges = exchanges;
    }

    @Override
    public Exchange get(int index) {
        return exchanges.get(index);
    }

    @Override
    public int size() {
        return exchanges.size();
    }

    /** The failure of one of the exchanges: then the bulk is not delivered, even if the route reported none. */
    public Optional<Throwable> failure() {
        return exchanges.stream()
                .map(Exchange::getException)
                .filter(Objects::nonNull)
                .map(Throwable.class::cast)
                .findFirst();
    }

    /** Marks an exchange of a bulk as arrived, also if others of its bulk fail. */
    public static void confirm(Exchange exchange) {
        exchange.setProperty(ARRIVED, true);
    }

    /** Whether its producer says for certain that it has arrived; Camel's for Kafka does so with the record's metadata. */
    public static boolean isConfirmed(Exchange exchange) {
        return exchange.getException() == null
                && (exchange.getProperty(ARRIVED) != null
                        || exchange.getMessage().getHeader(KafkaConstants.KAFKA_RECORD_META) != null);
    }

    @Override
    public Iterator<Exchange> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < exchanges.size() && (next == 0 || goesOn(exchanges.get(next - 1)));
            }

            private boolean goesOn(Exchange last) {
                return last.getException() == null || Failure.isRefusal(last.getException());
            }

            @Override
            public Exchange next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Exchange exchange = exchanges.get(next++);
                exchange.setException(null); // of an earlier attempt, if the route itself redelivers
                return exchange;
            }
        };
    }
}

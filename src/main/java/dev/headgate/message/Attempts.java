package dev.headgate.message;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Counts the attempts of a step that is redelivered, for its dead letter: {@code onRedeliveryRef: attempts} beside the
 * redelivery policy. Camel itself forgets its counter before the dead letter channel is asked. Thread-safe.
 */
public final class Attempts implements Processor {

    private static final String PROPERTY = "HeadgateAttempts";

    @Override
    public void process(Exchange exchange) {
        exchange.setProperty(
                PROPERTY, 1 + exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 1, Integer.class));
    }

    /** How often the exchange was tried, at least 1. */
    static int of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, 1, Integer.class);
    }
}

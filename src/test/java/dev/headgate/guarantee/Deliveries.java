package dev.headgate.guarantee;

import dev.headgate.message.SourcePosition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCreatedEvent;
import org.apache.camel.support.EventNotifierSupport;

/** Counts how often each record was handed to the route of the source. A bean for any number of Headgates. */
final class Deliveries extends EventNotifierSupport {

    private final Map<String, Integer> times = new ConcurrentHashMap<>();

    @Override
    public boolean isEnabled(CamelEvent event) {
        return event instanceof ExchangeCreatedEvent created
                && "orders".equals(created.getExchange().getFromRouteId());
    }

    @Override
    public void notify(CamelEvent event) {
        times.merge(
                SourcePosition.of(((ExchangeCreatedEvent) event).getExchange()).toString(), 1, Integer::sum);
    }

    /** Different records. */
    int records() {
        return times.size();
    }

    /** Deliveries beyond the first one of each record. */
    int redelivered() {
        return times.values().stream().mapToInt(count -> count - 1).sum();
    }
}

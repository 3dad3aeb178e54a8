package dev.headgate.outbox;

import dev.headgate.ConfigurationException;
import dev.headgate.kafka.KafkaRelay;
import dev.headgate.message.ExchangeBulk;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.Exchange;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.spi.InterceptSendToEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * What a relay into Kafka knows beyond its table: what relays, itself among them, have sent and perhaps not marked. A relay
 * sends under its name in the leases. Whoever finds the lease of another one expired fences that name, asks Kafka what it has
 * sent last, and marks that before anybody claims its shards. For the relay's thread.
 */
final class ExactlyOnce implements AutoCloseable {

    private final String destination;
    private final KafkaRelay kafka;
    private final Set<String> former = new LinkedHashSet<>();
    private String prefix = "";
    private long highest;

    ExactlyOnce(String destination, KafkaRelay kafka) {
        this.destination = destination;
        this.kafka = kafka;
    }

    /**
     * For the route's Kafka producers.
     *
     * @throws ConfigurationException if the route has none, or sends elsewhere too
     */
    static ExactlyOnce of(OutboxEndpoint endpoint, Route route) {
        String what = "Route " + route.getRouteId() + ": exactlyOnce of outbox:" + endpoint.getDestination();
        if (endpoint.getConfiguration().getConcurrency() > 0) {
            throw new ConfigurationException(
                    what + " sends bulks, and concurrency single entries: leave out one of them");
        }
        List<Endpoint> targets = new ArrayList<>();
        collect(route.navigate(), targets);
        KafkaEndpoint first = null;
        for (Endpoint target : targets) {
            if (target instanceof KafkaEndpoint kafka) {
                if (first != null && !brokers(first).equals(brokers(kafka))) {
                    throw new ConfigurationException(what + " needs one Kafka, and " + first.getEndpointBaseUri()
                            + " and " + kafka.getEndpointBaseUri() + " have different brokers: make two routes of it");
                }
                first = first == null ? kafka : first;
            } else if (target.isRemote()) {
                throw new ConfigurationException(
                        what + " is for routes that send to Kafka and nowhere else, and " + target.getEndpointBaseUri()
                                + " takes no part in Kafka's transactions: leave it out, or that one");
            }
        }
        if (first == null) {
            throw new ConfigurationException(
                    what + " is for routes that end in kafka:, and this one sends nothing there: leave it out");
        }
        return new ExactlyOnce(endpoint.getDestination(), KafkaRelay.to(first));
    }

    private static void collect(@Nullable Navigate<Processor> from, List<Endpoint> targets) {
        if (from == null || !from.hasNext()) {
            return;
        }
        for (Processor next : from.next()) {
            if (next instanceof EndpointAware aware && aware.getEndpoint() != null) {
                Endpoint target = aware.getEndpoint();
                // As a test has it that replaces the route's ends.
                targets.add(target instanceof InterceptSendToEndpoint seen ? seen.getOriginalEndpoint() : target);
            }
            if (next instanceof Navigate<?>) {
                @SuppressWarnings("unchecked")
                Navigate<Processor> deeper = (Navigate<Processor>) next;
                collect(deeper, targets);
            }
        }
    }

    private static String brokers(KafkaEndpoint endpoint) {
        return String.valueOf(endpoint.getConfiguration().getBrokers());
    }

    /** To be called with a table that was just opened, before anything else. */
    void open(OutboxTable table, String installation) {
        prefix = "headgate/" + installation + "/" + destination + "/";
        if (!kafka.isOpen()) {
            kafka.open(prefix + table.holder());
        }
    }

    /** A sender that knows what was sent before. */
    OutboxRelay.Sender sender(Function<List<OutboxEntry>, SendOutcome> sending) {
        return new OutboxRelay.Sender() {
            @Override
            public SendOutcome send(List<OutboxEntry> entries) {
                return sending.apply(entries);
            }

            @Override
            public Set<String> former() {
                return former;
            }

            @Override
            public List<Long> takeOver(OutboxTable table, Set<String> holders) throws SQLException {
                return ExactlyOnce.this.takeOver(table, holders);
            }
        };
    }

    private List<Long> takeOver(OutboxTable table, Set<String> holders) throws SQLException {
        // All before the topic is read, for the open transaction of one hides what another has committed.
        holders.forEach(holder -> kafka.fence(prefix + holder));
        List<Long> ids = new ArrayList<>();
        for (Map.Entry<String, String> entry : kafka.read(prefix).entrySet()) {
            SentEntries sent = SentEntries.parse(entry.getValue());
            highest = Math.max(highest, sent.highest());
            if (holders.contains(entry.getKey().substring(prefix.length()))) {
                ids.addAll(sent.ids());
            }
        }
        // Asked after the topic, so that it has what others wrote meanwhile; before its entries are taken for those
        // that
        // were sent.
        table.checkAge(highest);
        return ids;
    }

    /** The entries are sent by the route in one transaction. */
    SendOutcome send(List<OutboxEntry> entries, ExchangeBulk bulk, Exchange exchange, Processor route) {
        kafka.begin(exchange);
        try {
            route.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        Throwable failure = OutboxConsumer.failure(exchange);
        SentEntries sent = SentEntries.of(entries, highest);
        if (failure == null) {
            failure = bulk.failure().orElse(null);
        }
        if (failure == null) {
            failure = kafka.commit(sent.text());
        } else {
            kafka.abort();
        }
        if (failure == null) {
            highest = sent.highest();
            return SendOutcome.delivered(entries);
        }
        return SendOutcome.nothing(entries, bulk, failure);
    }

    /** The relay's name is of no use any more, and nobody knows yet what was sent under it. */
    void lost(String holder) {
        former.add(holder);
    }

    @Override
    public void close() {
        kafka.close();
    }
}

package dev.headgate.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Headers;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultExchange;

/** Entries as Camel exchanges. */
final class OutboxExchanges {

    private static final ObjectMapper JSON = new ObjectMapper();

    private OutboxExchanges() {}

    /**
     * The exchange of one entry.
     *
     * @param installation what makes the entry's id one that is unique in the world
     * @throws RejectedException if its headers are no JSON object
     */
    static Exchange of(OutboxEntry entry, Endpoint endpoint, String installation) {
        Exchange exchange = DefaultExchange.newFromEndpoint(endpoint);
        Message message = exchange.getMessage();
        message.setBody(entry.payload());
        // Those of Camel and of Kafka's client would say where a message goes.
        ownHeaders(entry).forEach((name, value) -> {
            if (Headers.isOwn(name)) {
                message.setHeader(name, value);
            }
        });
        message.setHeader(OutboxHeaders.MESSAGE_ID, installation + "-" + entry.id());
        message.setHeader(OutboxHeaders.CONTENT_TYPE, entry.contentType());
        if (entry.key() != null) {
            message.setHeader(OutboxHeaders.KEY, entry.key());
        }
        return exchange;
    }

    /** All that a dead letter has to keep, storable, as a JSON object of texts. */
    static String headersToKeep(OutboxEntry entry) {
        Map<String, String> kept = new LinkedHashMap<>();
        try {
            ownHeaders(entry).forEach((name, value) -> kept.put(Headers.storable(name), Headers.storable(value)));
        } catch (RejectedException e) {
            kept.put("unreadable-headers", Headers.storable(String.valueOf(entry.headers())));
        }
        kept.put(OutboxHeaders.CONTENT_TYPE, entry.contentType());
        try {
            return JSON.writeValueAsString(kept);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> ownHeaders(OutboxEntry entry) {
        try {
            return entry.headers() == null ? Map.of() : Headers.parse(entry.headers());
        } catch (IllegalArgumentException e) {
            throw new RejectedException("headers are no object", "Outbox entry " + entry.id() + ": " + e.getMessage());
        }
    }
}

package dev.headgate.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;

/** Entries as Camel exchanges. */
final class OutboxExchanges {

    static final String MESSAGE_ID = "message-id";
    static final String CONTENT_TYPE = "content-type";

    private static final String CAMEL = "Camel";
    private static final ObjectMapper JSON = new ObjectMapper();

    private OutboxExchanges() {}

    /**
     * One exchange for each entry, in the same order.
     *
     * @throws IllegalArgumentException if the headers of an entry are no JSON object
     */
    static List<Exchange> of(List<OutboxEntry> entries, Endpoint endpoint) {
        return entries.stream().map(entry -> of(entry, endpoint)).toList();
    }

    /**
     * The exchange of one entry.
     *
     * @throws IllegalArgumentException if its headers are no JSON object
     */
    static Exchange of(OutboxEntry entry, Endpoint endpoint) {
        Exchange exchange = DefaultExchange.newFromEndpoint(endpoint);
        Message message = exchange.getMessage();
        message.setBody(entry.payload());
        // Those of Camel's own would say where a message goes.
        ownHeaders(entry).forEach((name, value) -> {
            if (!name.regionMatches(true, 0, CAMEL, 0, CAMEL.length())) {
                message.setHeader(name, value);
            }
        });
        message.setHeader(MESSAGE_ID, Long.toString(entry.id()));
        message.setHeader(CONTENT_TYPE, entry.contentType());
        if (entry.key() != null) {
            message.setHeader(KafkaConstants.KEY, entry.key());
        }
        return exchange;
    }

    /** All that a dead letter has to keep, storable, as a JSON object of texts. */
    static String headersToKeep(OutboxEntry entry) {
        Map<String, String> kept = new LinkedHashMap<>();
        try {
            ownHeaders(entry).forEach((name, value) -> kept.put(storable(name), storable(value)));
        } catch (IllegalArgumentException e) {
            kept.put("unreadable-headers", storable(String.valueOf(entry.headers())));
        }
        kept.put(CONTENT_TYPE, entry.contentType());
        try {
            return JSON.writeValueAsString(kept);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String storable(String text) {
        return text.replace('\0', '\uFFFD');
    }

    private static Map<String, String> ownHeaders(OutboxEntry entry) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (entry.headers() != null) {
            for (Map.Entry<String, JsonNode> header :
                    parse(entry, entry.headers()).properties()) {
                JsonNode value = header.getValue();
                if (!value.isNull()) {
                    headers.put(header.getKey(), value.isTextual() ? value.textValue() : value.toString());
                }
            }
        }
        return headers;
    }

    private static JsonNode parse(OutboxEntry entry, String headers) {
        try {
            JsonNode parsed = JSON.readTree(headers);
            if (parsed.isObject() || parsed.isNull()) {
                return parsed;
            }
            throw new IllegalArgumentException("Outbox entry " + entry.id()
                    + ": expected a JSON object in column headers, found a JSON "
                    + parsed.getNodeType() + ": correct the row or the SQL that writes it");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "Outbox entry " + entry.id() + ": column headers cannot be read as JSON: correct the row", e);
        }
    }
}

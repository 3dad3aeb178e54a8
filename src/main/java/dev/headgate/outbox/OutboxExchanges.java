package dev.headgate.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

    private static Exchange of(OutboxEntry entry, Endpoint endpoint) {
        Exchange exchange = DefaultExchange.newFromEndpoint(endpoint);
        Message message = exchange.getMessage();
        message.setBody(entry.payload());
        addOwnHeaders(entry, message);
        message.setHeader(MESSAGE_ID, Long.toString(entry.id()));
        message.setHeader(CONTENT_TYPE, entry.contentType());
        if (entry.key() != null) {
            message.setHeader(KafkaConstants.KEY, entry.key());
        }
        return exchange;
    }

    private static void addOwnHeaders(OutboxEntry entry, Message message) {
        if (entry.headers() == null) {
            return;
        }
        JsonNode headers = parse(entry, entry.headers());
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            JsonNode value = header.getValue();
            if (!value.isNull()) {
                message.setHeader(header.getKey(), value.isTextual() ? value.textValue() : value.toString());
            }
        }
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

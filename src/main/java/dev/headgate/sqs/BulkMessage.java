package dev.headgate.sqs;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Headers;
import dev.headgate.message.Utf8;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * One exchange of a bulk as a message of SQS: its body as text, its headers as attributes. What SQS could never take is
 * refused here, for one such message would make SQS refuse all ten of its batch.
 *
 * @param bytes as SQS counts them: body, and names, types and values of attributes
 */
public record BulkMessage(Exchange exchange, SendMessageBatchRequestEntry entry, int bytes) {

    private static final String DEDUPLICATION_ID = "HeadgateSqsDeduplicationId";

    private static final int MOST_ATTRIBUTES = 10;
    private static final int MOST_BYTES = 1024 * 1024;
    private static final Pattern NAME =
            Pattern.compile("(?!\\.)(?!.*\\.\\.)(?!(?i:aws|amazon)\\.)[A-Za-z0-9_.-]{1,256}(?<!\\.)");
    private static final Pattern ID = Pattern.compile("[\\p{Alnum}\\p{Punct}]{1,128}");

    /**
     * Makes the message.
     *
     * @param id of the entry in its batch
     * @throws RejectedException if SQS can never take it
     */
    static BulkMessage of(Exchange exchange, String id, boolean fifo) {
        byte[] body = body(exchange);
        Map<String, MessageAttributeValue> attributes = attributes(exchange);
        int bytes = body.length;
        for (Map.Entry<String, MessageAttributeValue> attribute : attributes.entrySet()) {
            bytes += size(attribute.getKey(), attribute.getValue());
        }
        if (bytes > MOST_BYTES) {
            throw new RejectedException(
                    "too large for SQS", "Expected at most " + MOST_BYTES + " bytes, found " + bytes);
        }
        SendMessageBatchRequestEntry.Builder entry = SendMessageBatchRequestEntry.builder()
                .id(id)
                .messageBody(new String(body, StandardCharsets.UTF_8))
                .messageAttributes(attributes);
        if (fifo) {
            String deduplication = exchange.getProperty(
                    DEDUPLICATION_ID, exchange.getMessage().getHeader(Headers.MESSAGE_ID), String.class);
            String unique = deduplication == null ? exchange.getExchangeId() : deduplication;
            entry.messageGroupId(group(exchange, unique)).messageDeduplicationId(conforming(unique));
        }
        return new BulkMessage(exchange, entry.build(), bytes);
    }

    /** What orders it, or null. */
    static @Nullable String key(Exchange exchange) {
        return exchange.getMessage().getHeader(KafkaConstants.KEY, String.class);
    }

    /**
     * Makes the exchange one that brings a message to its queue again: without the headers that SQS itself had added, and
     * with a deduplication id of its own, or a FIFO queue would drop it silently for five minutes.
     */
    public static void asReplay(Exchange exchange) {
        exchange.setProperty(DEDUPLICATION_ID, UUID.randomUUID().toString());
        MessageSystemAttributeName.knownValues()
                .forEach(name -> exchange.getMessage().removeHeader(name.toString()));
    }

    /** The message group: the key, or what has none is a group of its own. */
    static String group(Exchange exchange, String unique) {
        String key = key(exchange);
        return conforming(key == null || key.isEmpty() ? unique : key);
    }

    /** Another text gets a digest in its place, the same for the same text. */
    private static String conforming(String text) {
        if (ID.matcher(text).matches()) {
            return text;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] body(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        if (body == null || body.length == 0) {
            throw new RejectedException("empty for SQS", "SQS takes no message without a body");
        }
        String text = Utf8.text(body);
        if (text == null) {
            throw new RejectedException("not text for SQS", "The payload is not UTF-8, and a body in SQS is text");
        }
        checkCharacters("The payload", text);
        return body;
    }

    private static Map<String, MessageAttributeValue> attributes(Exchange exchange) {
        Map<String, MessageAttributeValue> attributes = new LinkedHashMap<>();
        exchange.getMessage().getHeaders().forEach((name, value) -> {
            if (Headers.isOwn(name) && value != null) {
                put(attributes, name, value instanceof byte[] bytes ? bytes : value.toString());
            }
        });
        if (attributes.size() > MOST_ATTRIBUTES) {
            throw new RejectedException(
                    "too many headers for SQS",
                    "SQS takes " + MOST_ATTRIBUTES + " attributes, and these headers are " + attributes.size() + ": "
                            + String.join(", ", attributes.keySet()));
        }
        return attributes;
    }

    /** SQS has no empty attributes. */
    private static void put(Map<String, MessageAttributeValue> attributes, String name, Object value) {
        String text = value instanceof byte[] bytes ? Utf8.text(bytes) : value.toString();
        if (text != null && text.isEmpty()) {
            return;
        }
        if (!NAME.matcher(name).matches()) {
            throw new RejectedException(
                    "header's name not for SQS", "SQS takes no attribute with the name \"" + name + "\"");
        }
        if (text == null) {
            attributes.put(
                    name,
                    MessageAttributeValue.builder()
                            .dataType("Binary")
                            .binaryValue(SdkBytes.fromByteArray((byte[]) value))
                            .build());
        } else {
            checkCharacters("The header " + name, text);
            attributes.put(
                    name,
                    MessageAttributeValue.builder()
                            .dataType("String")
                            .stringValue(text)
                            .build());
        }
    }

    /** Refuses what is no character of XML 1.0. */
    private static void checkCharacters(String what, String text) {
        int bad = text.codePoints()
                .filter(c -> c < 0x20
                        ? c != '\t' && c != '\n' && c != '\r'
                        : (c >= 0xD800 && c < 0xE000) || c == 0xFFFE || c == 0xFFFF)
                .findFirst()
                .orElse(-1);
        if (bad >= 0) {
            throw new RejectedException(
                    "character not for SQS", what + " has the character U+%04X, which SQS takes no".formatted(bad));
        }
    }

    private static int size(String name, MessageAttributeValue value) {
        String text = value.stringValue();
        int length = text == null
                ? value.binaryValue().asByteArrayUnsafe().length
                : text.getBytes(StandardCharsets.UTF_8).length;
        return name.length() + value.dataType().length() + length;
    }
}

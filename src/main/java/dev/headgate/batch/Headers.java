package dev.headgate.batch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** A message's own headers as text: those of Camel and of the source's client are left out. */
public final class Headers {

    private Headers() {}

    /** Bytes that are UTF-8 become text, others {@code base64:...}; NUL, which Postgres cannot store, becomes U+FFFD. */
    public static Map<String, String> texts(Exchange exchange) {
        Map<String, String> texts = new LinkedHashMap<>();
        forEach(exchange, texts::put);
        return texts;
    }

    /** As {@link #texts}, without the map. */
    static void forEach(Exchange exchange, BiConsumer<String, String> consumer) {
        exchange.getMessage().getHeaders().forEach((name, value) -> {
            if (!name.startsWith("Camel") && !name.startsWith("kafka.")) {
                consumer.accept(storable(name), text(value));
            }
        });
    }

    /** About how many bytes the headers hold. */
    static int size(Exchange exchange) {
        int size = 0;
        for (Object value : exchange.getMessage().getHeaders().values()) {
            if (value instanceof byte[] bytes) {
                size += bytes.length;
            } else if (value instanceof String text) {
                size += text.length();
            }
        }
        return size;
    }

    /** The text with every NUL replaced. */
    public static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    private static String text(@Nullable Object value) {
        return storable(value instanceof byte[] bytes ? decode(bytes) : String.valueOf(value));
    }

    /** Different bytes become different texts: UTF-8 as it is, others {@code base64:...}. */
    public static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "base64:" + Base64.getEncoder().encodeToString(bytes);
        }
    }
}

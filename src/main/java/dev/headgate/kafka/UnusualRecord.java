package dev.headgate.kafka;

import dev.headgate.message.AsItCame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Message;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Notices records that the headers of an exchange do not say all of: a key that is not the UTF-8 of its text, two headers of
 * one name, a header without a value or with a name that Camel leaves out. {@link AsItCame} goes with these.
 */
final class UnusualRecord {

    /** A header of the record itself, from its deserialization until its exchange is made. */
    private static final String KEY = "kafka.headgate-key";

    /** Of more headers it costs too much to find two of one name. */
    private static final int MANY = 32;

    private UnusualRecord() {}

    /** Keeps the bytes of the key with the record, if they cannot be told from what they were read as. */
    static void keepKey(Headers headers, ByteBuffer data, @Nullable Object key) {
        if (key instanceof byte[] || (key instanceof String text && isUtf8Of(text, data))) {
            return;
        }
        headers.add(KEY, bytes(data));
    }

    private static boolean isUtf8Of(String text, ByteBuffer data) {
        if (text.length() == data.remaining()) {
            int i = 0;
            while (i < text.length() && text.charAt(i) == data.get(data.position() + i) && text.charAt(i) < 0x80) {
                i++;
            }
            if (i == text.length()) {
                return true;
            }
        }
        return StandardCharsets.UTF_8.encode(text).equals(data);
    }

    private static byte[] bytes(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return bytes;
    }

    /**
     * Keeps with the message what it does not say of its record.
     *
     * @param record the headers of the record
     */
    static void keep(Message message, Headers record) {
        Header key = record.lastHeader(KEY);
        if (key != null) {
            record.remove(KEY);
            message.removeHeader(KEY);
        }
        if (key != null || isUnusual(message, record)) {
            List<AsItCame.Header> headers = new ArrayList<>();
            record.forEach(header -> headers.add(new AsItCame.Header(header.key(), header.value())));
            AsItCame plain = AsItCame.of(message);
            message.setHeader(AsItCame.HEADER, new AsItCame(key == null ? plain.key() : key.value(), headers));
        }
    }

    private static boolean isUnusual(Message message, Headers record) {
        int count = 0;
        for (Header header : record) {
            String name = header.key();
            if (++count > MANY
                    || header.value() == null
                    || !dev.headgate.message.Headers.isOwn(name)
                    || !message.getHeaders().containsKey(name)
                    || record.lastHeader(name) != header) {
                return true;
            }
        }
        return false;
    }
}

package dev.headgate.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and reads the header of replays. Anybody can send a header of that name; only this installation can make one that
 * is believed, and it is believed on the payload it was made for, and nowhere else (HMAC-SHA256, RFC 2104). Thread-safe.
 */
public final class ReplaySeal {

    /** What a genuine header says. */
    private record Opened(long deadLetter, String pipeline, SourcePosition origin) {}

    private static final Logger LOG = LoggerFactory.getLogger(ReplaySeal.class);
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern VALUE = Pattern.compile("([0-9]{1,18})\\.([\\w-]+)\\.([\\w-]+)\\.([\\w-]+)");
    private static final long BETWEEN_WARNINGS = Duration.ofMinutes(1).toNanos();

    private final Supplier<byte[]> secrets;
    private final AtomicLong warned = new AtomicLong(System.nanoTime() - BETWEEN_WARNINGS);
    private byte @Nullable [] secret;

    /** @param secret of the installation; asked for once, when the first header is made or read */
    public ReplaySeal(Supplier<byte[]> secret) {
        this.secrets = secret;
    }

    /**
     * The value of the header {@link Headers#REPLAY}.
     *
     * @param pipeline the pipeline of the dead letter
     * @param origin where the message was first read
     * @param payload as it is sent
     */
    public String seal(long deadLetter, String pipeline, SourcePosition origin, byte @Nullable [] payload) {
        return deadLetter + "." + encode(bytes(pipeline)) + "." + encode(bytes(origin.toString())) + "."
                + encode(code(deadLetter, pipeline, origin.toString(), payload));
    }

    /**
     * Recognises a replay, where the consumer of a source has made the exchange, before any step. A genuine header is taken
     * off the message: its position becomes the exchange's, and it has the {@link Replay}, in all pipelines that read the
     * source. Any other one stays, as data.
     *
     * @param exchange with its {@link SourcePosition#PROPERTY}
     */
    public void recognise(Exchange exchange) {
        Message message = exchange.getMessage();
        Object header = message.getHeader(Headers.REPLAY);
        if (header == null) {
            return;
        }
        Opened opened = open(Headers.text(header), Payload.of(message));
        if (opened == null || !isFrom(opened.origin.whole(), SourcePosition.of(exchange))) {
            warn(exchange);
            return;
        }
        message.removeHeader(Headers.REPLAY);
        if (message.getHeader(AsItCame.HEADER) instanceof AsItCame kept) {
            message.setHeader(AsItCame.HEADER, kept.withoutLast(Headers.REPLAY));
        }
        exchange.setProperty(SourcePosition.PROPERTY, opened.origin.whole());
        exchange.setProperty(Replay.PROPERTY, new Replay(opened.deadLetter, opened.pipeline, opened.origin));
    }

    private @Nullable Opened open(String value, byte @Nullable [] payload) {
        Matcher parts = VALUE.matcher(value);
        if (!parts.matches()) {
            return null;
        }
        try {
            long deadLetter = Long.parseLong(parts.group(1));
            String pipeline = new String(decode(parts.group(2)), StandardCharsets.UTF_8);
            String origin = new String(decode(parts.group(3)), StandardCharsets.UTF_8);
            boolean genuine =
                    MessageDigest.isEqual(decode(parts.group(4)), code(deadLetter, pipeline, origin, payload));
            return genuine ? new Opened(deadLetter, pipeline, SourcePosition.parse(origin)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A message copied to another topic, its headers with it, is no replay there. */
    private static boolean isFrom(SourcePosition origin, SourcePosition here) {
        if (origin instanceof SourcePosition.Kafka first && here instanceof SourcePosition.Kafka now) {
            return first.topic().equals(now.topic());
        }
        if (origin instanceof SourcePosition.Sqs first && here instanceof SourcePosition.Sqs now) {
            return first.queue().equals(now.queue());
        }
        return origin.equals(here);
    }

    private byte[] code(long deadLetter, String pipeline, String origin, byte @Nullable [] payload) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret(), ALGORITHM));
            mac.update(ByteBuffer.allocate(Long.BYTES).putLong(deadLetter).array());
            update(mac, bytes(pipeline));
            update(mac, bytes(origin));
            if (payload != null) {
                update(mac, payload);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With its length, so that no two messages are the same text. */
    private static void update(Mac mac, byte[] part) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        mac.update(part);
    }

    private synchronized byte[] secret() {
        if (secret == null) {
            secret = secrets.get();
        }
        return Objects.requireNonNull(secret);
    }

    private void warn(Exchange exchange) {
        long last = warned.get();
        long now = System.nanoTime();
        if (now - last >= BETWEEN_WARNINGS && warned.compareAndSet(last, now)) {
            LOG.warn(
                    "A message from {} has the header {}, which this installation has not made for it: it is treated as"
                            + " any other message; this is said once a minute",
                    SourcePosition.of(exchange),
                    Headers.REPLAY);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}

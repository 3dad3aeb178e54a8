package dev.headgate.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * What a message holds, as a number: the first 8 bytes of the SHA-256 of its payload as its source gave it, of no bytes
 * where it has none. Headers do not count: they change on the way.
 */
public final class Content {

    /** Of what is neither bytes nor text, and of rows from before there was such a number. */
    public static final long UNKNOWN = 0;

    private static final byte[] NOTHING = {};
    private static final VarHandle FIRST_8 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    // Making one costs as much as the digest of a small payload.
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Content::sha256);

    private Content() {}

    /** Of the message before any step, if its route keeps that; else as it is now. */
    static long of(Exchange exchange) {
        Message original = original(exchange);
        Object body = (original == null ? exchange.getMessage() : original).getBody();
        return of(body);
    }

    private static long of(@Nullable Object body) {
        if (body instanceof byte[] bytes) {
            return of(bytes);
        }
        if (body instanceof String text) {
            return of(Payload.of(text));
        }
        // A stream could be read only once.
        return body == null ? of(NOTHING) : UNKNOWN;
    }

    static long of(byte[] bytes) {
        return (long) FIRST_8.get(SHA_256.get().digest(bytes), 0);
    }

    /** As the source gave it, if its route keeps that ({@code useOriginalMessage} of a dead letter channel makes it). */
    public static @Nullable Message original(Exchange exchange) {
        UnitOfWork work = exchange.getUnitOfWork();
        return work == null || !exchange.getContext().isAllowUseOriginalMessage() ? null : work.getOriginalInMessage();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

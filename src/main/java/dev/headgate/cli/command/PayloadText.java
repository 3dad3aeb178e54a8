package dev.headgate.cli.command;

import dev.headgate.message.Utf8;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Payloads as text. */
public final class PayloadText {

    private PayloadText() {}

    /** Null if there is none or it is no UTF-8. */
    public static @Nullable String text(byte @Nullable [] payload) {
        return payload == null ? null : Utf8.text(payload);
    }

    public static String base64(byte[] payload) {
        return Base64.getEncoder().encodeToString(payload);
    }
}

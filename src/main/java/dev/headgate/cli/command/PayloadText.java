package dev.headgate.cli.command;

import dev.headgate.message.Utf8;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A payload as people and programs read it.
 *
 * @param payload its text; null if there is none or it is no UTF-8
 * @param payloadBase64 its bytes; null if there is none
 */
public record PayloadText(
        @Nullable String payload, @Nullable String payloadBase64) {

    public static PayloadText of(byte @Nullable [] payload) {
        return payload == null
                ? new PayloadText(null, null)
                : new PayloadText(Utf8.text(payload), Base64.getEncoder().encodeToString(payload));
    }
}

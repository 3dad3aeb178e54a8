package dev.headgate.cli.command;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
                : new PayloadText(text(payload), Base64.getEncoder().encodeToString(payload));
    }

    private static @Nullable String text(byte[] payload) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

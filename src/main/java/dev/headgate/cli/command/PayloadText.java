package dev.headgate.cli.command;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Payloads as text. */
public final class PayloadText {

    private PayloadText() {}

    /** Null if there is none or it is no UTF-8. */
    public static @Nullable String text(byte @Nullable [] payload) {
        if (payload == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    public static String base64(byte[] payload) {
        return Base64.getEncoder().encodeToString(payload);
    }
}

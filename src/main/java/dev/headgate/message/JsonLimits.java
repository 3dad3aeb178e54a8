package dev.headgate.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.headgate.failure.RejectedException;

/** How much a JSON text may hold that becomes a tree, and what is said of one that holds more. */
public final class JsonLimits {

    /** Each takes up to about 70 bytes in a tree. */
    private static final long MOST_TOKENS = 500_000;

    private JsonLimits() {}

    /** A factory whose parsers refuse what is beyond the limits with a {@link StreamConstraintsException}. */
    public static JsonFactory factory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxTokenCount(MOST_TOKENS)
                        .build())
                .build();
    }

    /** What such an exception means for the message. */
    public static RejectedException exceeded(StreamConstraintsException limit) {
        return new RejectedException(reason(limit.getOriginalMessage()), limit.getOriginalMessage());
    }

    private static String reason(String message) {
        if (message.startsWith("Document nesting depth")) {
            return "nested too deeply";
        }
        if (message.startsWith("Token count")) {
            return "too many JSON values";
        }
        if (message.startsWith("Number value length")) {
            return "JSON number too long";
        }
        return message.startsWith("Name length") ? "JSON name too long" : "JSON beyond limits";
    }
}

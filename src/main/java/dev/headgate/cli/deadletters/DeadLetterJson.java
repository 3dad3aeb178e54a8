package dev.headgate.cli.deadletters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.cli.command.PayloadText;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.ReasonCount;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Dead letters for programs. Times are ISO 8601 in UTC; what there is none of is null. */
final class DeadLetterJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DeadLetterJson() {}

    static String list(List<DeadLetter> letters) {
        ArrayNode array = JSON.createArrayNode();
        letters.forEach(letter -> array.add(object(letter)));
        return array.toPrettyString() + "\n";
    }

    static String reasons(List<ReasonCount> counts) {
        ArrayNode array = JSON.createArrayNode();
        counts.forEach(count -> array.addObject()
                .put("pipeline", count.pipeline())
                .put("reason", count.reason())
                .put("count", count.count())
                .put("oldest", count.oldest().toString())
                .put("newest", count.newest().toString()));
        return array.toPrettyString() + "\n";
    }

    static String show(DeadLetter letter, byte @Nullable [] payload) {
        return withPayload(letter, payload).toPrettyString() + "\n";
    }

    /** On one line: all that is needed to send the message again. */
    static String line(DeadLetter letter, byte @Nullable [] payload) {
        try {
            return JSON.writeValueAsString(withPayload(letter, payload)) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode withPayload(DeadLetter letter, byte @Nullable [] payload) {
        ObjectNode object = object(letter);
        return object.put("payload", PayloadText.text(payload))
                .put("payloadBase64", payload == null ? null : PayloadText.base64(payload));
    }

    private static ObjectNode object(DeadLetter letter) {
        ObjectNode object = JSON.createObjectNode()
                .put("id", letter.id())
                .put("pipeline", letter.pipeline())
                .put("stage", letter.stage())
                .put("reason", letter.reason())
                .put("error", letter.error())
                .put("key", letter.key())
                .put("source", letter.source())
                .put("received", letter.receivedAt().toString())
                .put("attempts", letter.attempts())
                .put("state", letter.state().name().toLowerCase(Locale.ROOT))
                .put("held", letter.held())
                .put("replays", letter.replays())
                .put("replayed", text(letter.replayedAt()))
                .put("settled", text(letter.settledAt()))
                .put("discardedWhy", letter.discardedWhy())
                .put("payloadBytes", letter.payloadBytes());
        object.set("headers", JSON.valueToTree(letter.headers()));
        return object;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}

package dev.headgate.cli.deadletters;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.PayloadText;
import dev.headgate.deadletter.DeadLetter;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dead letters for programs. */
final class DeadLetterJson {

    static final JsonText JSON = new JsonText(DeadLetter.class, Names.class);

    private DeadLetterJson() {}

    interface Names {
        @JsonProperty("received")
        Instant receivedAt();

        @JsonProperty("replayed")
        @Nullable
        Instant replayedAt();

        @JsonProperty("settled")
        @Nullable
        Instant settledAt();

        @JsonSerialize(using = AsObject.class)
        List<DeadLetter.Header> headers();
    }

    /** As the table has them: one object, with a name as often as there are headers of it. */
    static final class AsObject extends JsonSerializer<List<DeadLetter.Header>> {
        @Override
        public void serialize(List<DeadLetter.Header> headers, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            json.writeStartObject();
            for (DeadLetter.Header header : headers) {
                json.writeStringField(header.name(), header.value());
            }
            json.writeEndObject();
        }
    }

    /** All that is needed to send the message again. */
    record Whole(
            @JsonUnwrapped DeadLetter letter, @JsonUnwrapped PayloadText payload) {

        Whole(DeadLetter letter, byte @Nullable [] payload) {
            this(letter, PayloadText.of(payload));
        }
    }
}

package dev.headgate.cli.deadletters;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.PayloadText;
import dev.headgate.deadletter.DeadLetter;
import java.time.Instant;
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
    }

    /** All that is needed to send the message again. */
    record Whole(
            @JsonUnwrapped DeadLetter letter, @JsonUnwrapped PayloadText payload) {

        Whole(DeadLetter letter, byte @Nullable [] payload) {
            this(letter, PayloadText.of(payload));
        }
    }
}

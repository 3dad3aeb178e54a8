package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.failure.Failure;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What batches say of the messages that were sent last. Thread-safe. */
final class Fate implements BatchListener {

    private final List<JsonNode> deadLetters = new ArrayList<>();
    private int applied;
    private int duplicates;
    private @Nullable String failure;

    @Override
    public synchronized void written(Batch batch, Duration took) {
        applied += batch.freshMessages().size();
        duplicates += batch.duplicates();
        for (Message message : batch.rejected()) {
            Rejection why = Objects.requireNonNull(message.refusal());
            deadLetters.add(JsonNodeFactory.instance
                    .objectNode()
                    .put("step", why.stage())
                    .put("reason", why.reason())
                    .put("error", why.error()));
        }
    }

    @Override
    public synchronized void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {
        failure = Failure.summary(cause);
    }

    synchronized void forget() {
        deadLetters.clear();
        applied = 0;
        duplicates = 0;
        failure = null;
    }

    synchronized List<JsonNode> deadLetters() {
        return List.copyOf(deadLetters);
    }

    synchronized boolean isApplied() {
        return applied > 0;
    }

    synchronized boolean isDuplicate() {
        return duplicates > 0;
    }

    /** Why the last attempt has failed that did; null if none has. */
    synchronized @Nullable String failure() {
        return failure;
    }
}

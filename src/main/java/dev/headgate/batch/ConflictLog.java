package dev.headgate.batch;

import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Says, once a minute at most, that ids were used before with other content, with an example. Thread-safe. */
final class ConflictLog {

    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final Logger log;
    private final InstantSource clock;
    private long unsaid;
    private @Nullable Instant lastLogged;

    ConflictLog(Logger log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /** Called with each batch after its commit. */
    void written(Batch batch) {
        List<Message> conflicts = batch.conflicts();
        if (!conflicts.isEmpty()) {
            say(batch, conflicts);
        }
    }

    private synchronized void say(Batch batch, List<Message> conflicts) {
        unsaid += conflicts.size();
        Instant now = clock.instant();
        if (lastLogged != null && now.isBefore(lastLogged.plus(REPEAT))) {
            return;
        }
        Message example = conflicts.get(0);
        Rejection conflict = Objects.requireNonNull(example.conflict());
        log.warn(
                "{} messages of batch:{} had an id that was used before with other content, and {}, such as {} of pipeline"
                        + " {}, from {}, {}: their sender uses ids twice",
                unsaid,
                batch.name(),
                batch.isRejected(example)
                        ? "became dead letters"
                        : "were dropped as duplicates (onConflict=dead-letter keeps them)",
                example.idempotencyKey(),
                example.pipeline(),
                example.source(),
                conflict.error());
        lastLogged = now;
        unsaid = 0;
    }
}

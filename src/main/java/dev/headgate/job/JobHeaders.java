package dev.headgate.job;

import dev.headgate.message.Headers;
import dev.headgate.message.SourcePosition;

/** What a handler is told of its job, as headers of its message. */
public final class JobHeaders {

    /** {@code Long}. */
    public static final String ID = SourcePosition.JOB_ID;

    /** {@code String}. */
    public static final String QUEUE = SourcePosition.JOB_QUEUE;

    /** {@code Integer}, from 1. */
    public static final String ATTEMPT = "CamelJobAttempt";

    /** {@code Integer}. */
    public static final String MAX_ATTEMPTS = "CamelJobMaxAttempts";

    /** {@code Instant}: when it was due; of a run of a schedule the time of the run. To enqueue: when it is to be due. */
    public static final String SCHEDULED_AT = "CamelJobScheduledAt";

    /** {@code String}: the idempotency key, the same in all attempts and replays of the job. */
    public static final String MESSAGE_ID = Headers.MESSAGE_ID;

    private JobHeaders() {}
}

package dev.headgate.job;

import dev.headgate.message.Headers;
import org.apache.camel.spi.Metadata;

/** What a handler is told of its job, as headers of its message. */
public final class JobHeaders {

    @Metadata(label = "consumer", javaType = "Long", description = "The id of the job.")
    public static final String ID = "CamelJobId";

    @Metadata(label = "consumer", javaType = "String", description = "The queue of the job.")
    public static final String QUEUE = "CamelJobQueue";

    @Metadata(label = "consumer", javaType = "Integer", description = "Which attempt this is, from 1.")
    public static final String ATTEMPT = "CamelJobAttempt";

    @Metadata(label = "consumer", javaType = "Integer", description = "The attempt after which the job is discarded.")
    public static final String MAX_ATTEMPTS = "CamelJobMaxAttempts";

    @Metadata(
            javaType = "java.time.Instant",
            description =
                    "When the job was due; of a run of a schedule the time of the run. To enqueue: when it is to be"
                            + " due.")
    public static final String SCHEDULED_AT = "CamelJobScheduledAt";

    @Metadata(
            label = "consumer",
            javaType = "String",
            description = "The idempotency key, the same in all attempts and replays of the job; unique in the world.")
    public static final String MESSAGE_ID = Headers.MESSAGE_ID;

    private JobHeaders() {}
}

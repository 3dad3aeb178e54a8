package dev.headgate.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job to be enqueued.
 *
 * @param headers text of its own
 * @param sameAs what makes it the same as another, if it is to be unique; null for its payload
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy of each payload would cost more than it guards
public record NewJob(
        byte @Nullable [] payload,
        Map<String, String> headers,
        @Nullable String sameAs) {

    /** Without headers. */
    public static NewJob of(byte @Nullable [] payload) {
        return new NewJob(payload, Map.of(), null);
    }
}

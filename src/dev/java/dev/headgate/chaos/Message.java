package dev.headgate.chaos;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message to send.
 *
 * @param id header {@code message-id}; another message with the same id is the same one again
 * @param key of Kafka
 * @param version of the order, or the number of the recorded line
 * @param poison whether it must become a dead letter
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Message(
        String id,
        @Nullable String key,
        int version,
        boolean poison,
        Map<String, String> headers,
        byte @Nullable [] payload) {}

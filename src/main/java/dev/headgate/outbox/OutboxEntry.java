package dev.headgate.outbox;

import org.jspecify.annotations.Nullable;

/**
 * One pending row of the table {@code outbox}, as it was fetched.
 *
 * @param id unique and stable, in the order of writing; the receiver's means to recognise a repetition
 * @param shard 0 to 15, derived from the key by the table
 * @param key ordering key, or null
 * @param contentType media type of the payload
 * @param headers a JSON object of the entry's own headers, or null
 * @param payload the bytes as they were written, or null for a tombstone
 * @param attempts how often it was sent before
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy of each payload would cost more than it guards
record OutboxEntry(
        long id,
        int shard,
        @Nullable String key,
        String contentType,
        @Nullable String headers,
        byte @Nullable [] payload,
        int attempts) {}

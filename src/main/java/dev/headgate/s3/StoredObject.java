package dev.headgate.s3;

import java.time.Instant;
import java.util.UUID;

/**
 * One object, as the manifest tells it.
 *
 * @param batchId the same for all objects of one batch
 * @param messages how many; each is a line or a row
 * @param bytes as stored, that is, compressed
 * @param earliest the time of its earliest message, which is what the layout used
 * @param latest the time of its latest message
 */
record StoredObject(
        String bucket,
        String key,
        String pipeline,
        UUID batchId,
        String format,
        int messages,
        long bytes,
        Instant earliest,
        Instant latest) {

    StoredObject {
        if (messages < 1) {
            throw new IllegalArgumentException("An object holds one message at least: " + key);
        }
    }
}

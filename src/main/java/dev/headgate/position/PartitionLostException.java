package dev.headgate.position;

import dev.headgate.failure.OutageException;
import org.jspecify.annotations.Nullable;

/** Thrown by a write of one who does not own the partition any more; its transaction must be rolled back. */
public final class PartitionLostException extends OutageException {

    PartitionLostException(PositionKey key, long own, @Nullable Long now) {
        super(
                "partition lost",
                ("%s of group %s was taken by another process (epoch %s, ours is %d): nothing of the batch is written, and"
                                + " what it has of that partition is the new owner's to apply.")
                        .formatted(key.source(), key.group(), now == null ? "none" : now, own));
    }
}

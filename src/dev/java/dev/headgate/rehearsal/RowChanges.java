package dev.headgate.rehearsal;

import java.util.List;

/** What becomes of the rows of the user's tables. Used by one thread. */
interface RowChanges {

    /** What has changed since it was asked before, or was made. */
    List<RowChange> next();

    /** What {@link #next} could not look at the last time, in sentences. */
    default List<String> notes() {
        return List.of();
    }
}

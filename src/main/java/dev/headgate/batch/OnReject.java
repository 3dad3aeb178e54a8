package dev.headgate.batch;

/** What becomes of the later messages of a key when one of its messages is refused. */
public enum OnReject {
    /** They are applied. */
    CONTINUE,
    /** They become dead letters themselves, held until the refused one is replayed or discarded. */
    HOLD_KEY
}

package dev.headgate.position;

/** How a message has ended. */
public enum Outcome {
    APPLIED,
    DUPLICATE,
    DEAD_LETTER,
    /** It came to no batch. */
    FILTERED
}

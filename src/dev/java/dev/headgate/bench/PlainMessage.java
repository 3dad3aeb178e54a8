package dev.headgate.bench;

/** A message as the plain loop stores it, and whatever its feed needs to acknowledge it. */
interface PlainMessage {
    /** The idempotency key. */
    String messageId();

    /** Where it came from, for the ledger. */
    String source();

    /** The header {@code channel}, or {@code unknown}. */
    String channel();

    byte[] payload();
}

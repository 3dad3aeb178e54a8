package dev.headgate.demo;

import org.jspecify.annotations.Nullable;

/**
 * One message to produce.
 *
 * <p>A final class, not a record, because it holds an array: two messages are equal only if they are the same object.
 * The bytes are shared, not copied: do not change them.
 */
public final class OrderMessage {
    /** How the message came about, and so how it must end. */
    public enum Kind {
        /** The first version of an order: applied. */
        NEW,
        /** The next version of an earlier order: applied. */
        UPDATE,
        /** An earlier valid message again, with the same key, headers and bytes: absorbed. */
        DUPLICATE,
        /** Broken JSON, a schema violation or invalid UTF-8: dead-lettered. */
        INVALID
    }

    private final String key;
    private final int version;
    private final String messageId;
    private final @Nullable String channel;
    private final byte[] bytes;
    private final Kind kind;

    OrderMessage(String key, int version, String messageId, @Nullable String channel, byte[] bytes, Kind kind) {
        this.key = key;
        this.version = version;
        this.messageId = messageId;
        this.channel = channel;
        this.bytes = bytes;
        this.kind = kind;
    }

    /** The Kafka key: the order's id. */
    public String key() {
        return key;
    }

    /** The version of the order. */
    public int version() {
        return version;
    }

    /** The idempotency key, header {@code message-id}. */
    public String messageId() {
        return messageId;
    }

    /** The header {@code channel}: web, app, store, or absent. */
    public @Nullable String channel() {
        return channel;
    }

    public byte[] bytes() {
        return bytes;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether it is to be applied: an order that is not known yet. */
    boolean isValid() {
        return kind == Kind.NEW || kind == Kind.UPDATE;
    }

    /** The same order in a message of another id. */
    public OrderMessage as(String otherId) {
        return new OrderMessage(key, version, otherId, channel, bytes, kind);
    }

    /** The same message with other bytes. */
    OrderMessage of(byte[] encoded) {
        return new OrderMessage(key, version, messageId, channel, encoded, kind);
    }

    OrderMessage again() {
        return new OrderMessage(key, version, messageId, channel, bytes, Kind.DUPLICATE);
    }
}

package dev.headgate.position;

/**
 * What a position is of.
 *
 * @param group the consumer group
 * @param source a partition, as positions of messages begin: see {@link dev.headgate.message.SourcePosition#container()}
 */
public record PositionKey(String group, String source) {}

/**
 * Acknowledges Kafka records only after their effect is durable.
 *
 * <p>Guarantees that a committed offset never passes a record whose exchange has not completed, whatever the order and
 * the thread of the completions, and that late completions of partitions that were taken away change nothing. Offsets
 * are committed on the consumer's own thread: on an interval, before partitions are given up, and on close. It does not
 * decide when an exchange is complete: that is the {@code batch} room's promise.
 */
@NullMarked
package dev.headgate.kafka;

import org.jspecify.annotations.NullMarked;

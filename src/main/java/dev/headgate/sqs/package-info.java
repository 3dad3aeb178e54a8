/**
 * Camel's component {@code aws2-sqs:} with one thing more: a producer that takes a bulk, as that of Kafka does.
 *
 * <p>Guaranteed: of a bulk, in batches of ten, each message is told apart: confirmed, refused for good, or failed. Into a
 * FIFO queue the messages of one key go in the order of the bulk, none behind one that failed. Not guaranteed: any order in
 * a standard queue, which has none; or that a message is sent once, which only a FIFO queue sees to, for five minutes.
 */
@NullMarked
package dev.headgate.sqs;

import org.jspecify.annotations.NullMarked;

/**
 * Camel's component {@code aws2-sqs:} with two things more: acknowledgement after the effect, and a producer that takes a
 * bulk, as that of Kafka does.
 *
 * <p>Guaranteed: a message is deleted, in batches of ten, only after its exchange has completed; one that failed comes again
 * after a delay, and nothing of its message group overtakes it. Of a bulk, in batches of ten, each message is told apart:
 * confirmed, refused for good, or failed. Into a FIFO queue the messages of one key go in the order of the bulk, none behind
 * one that failed. Not guaranteed: any order in a standard queue, which has none; or that a message is sent once, which only
 * a FIFO queue sees to, for five minutes.
 */
@NullMarked
package dev.headgate.sqs;

import org.jspecify.annotations.NullMarked;

/**
 * Work that is retried, backed off and dead-lettered: the Camel component {@code job:QUEUE} over the table
 * {@code headgate.job}.
 *
 * <p>Guaranteed: a job exists if and only if the transaction that enqueued it has committed. It is executed until an attempt
 * succeeds, it is cancelled, or its last attempt has failed; then it is discarded and a dead letter. Two attempts of one
 * job never run at once, as long as a process that cannot renew its lease ends its handlers when they are interrupted. An
 * attempt that lost its lease changes nothing any more.
 *
 * <p>Not guaranteed: that an attempt takes effect once. A process that dies between a handler's effect and the end of its
 * attempt lets another attempt repeat it; the header {@code message-id} is the same each time. Nor is there an order among
 * jobs that run at once.
 */
@NullMarked
package dev.headgate.job;

import org.jspecify.annotations.NullMarked;

/**
 * The {@code batch:} component: an Aggregator (EIP) that holds the acknowledgement of what it aggregates, and writes it
 * exactly once.
 *
 * <p>Guarantees that each attempt of a batch is one database transaction, in which its keys are claimed, its refused
 * messages are stored as dead letters, and the steps of its route run; that the completions of a message run only after
 * that has committed; that messages of one ordering key pass one lane, in order; that an outage is retried with the same
 * messages until it ends; and that a message which is refused alone becomes a dead letter. None of that hangs on a step of
 * the route.
 */
@NullMarked
package dev.headgate.batch;

import org.jspecify.annotations.NullMarked;

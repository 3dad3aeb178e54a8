/**
 * The {@code batch:} component: an Aggregator (EIP) that holds the acknowledgement of what it aggregates.
 *
 * <p>Guarantees that the completions of a message run only after the route that consumes its batch has succeeded (and
 * so, with {@code transacted}, after the commit); that messages of one ordering key pass one lane, in order; that an
 * outage is retried with the same messages until it ends; and that a message which is refused alone is marked as
 * rejected and handed to the same route again, so that it is stored as a dead letter. It does not itself write anything.
 */
@NullMarked
package dev.headgate.batch;

import org.jspecify.annotations.NullMarked;

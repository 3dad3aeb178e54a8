/**
 * Tells failures apart: what cannot succeed however often it is tried from what only cannot succeed now.
 *
 * <p>The one place that decides it, for steps before a batch, for the writing of batches, for relays and for jobs alike; and
 * the one backoff, and what tells listeners so that theirs disturb nobody. It does not retry,
 * isolate or store anything.
 */
@NullMarked
package dev.headgate.failure;

import org.jspecify.annotations.NullMarked;

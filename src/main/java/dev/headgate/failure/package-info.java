/**
 * Tells failures apart: what cannot succeed however often it is tried from what only cannot succeed now.
 *
 * <p>The one place that decides it, for steps before a batch and for the writing of batches alike. It does not retry,
 * isolate or store anything.
 */
@NullMarked
package dev.headgate.failure;

import org.jspecify.annotations.NullMarked;

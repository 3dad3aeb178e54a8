/**
 * The load and the account of {@code headgate demo}: orders with realistic trouble mixed in, and a check of what became
 * of them.
 *
 * <p>Guarantees: the generator makes the same messages for the same seed and knows how each must end; the account
 * compares that with the source topic, the tables and the target topic as they are, not with counters of the process.
 *
 * <p>Does not: run the routes, or serve as a load test of anything but this machine. Nothing in production may depend on
 * it.
 */
@NullMarked
package dev.headgate.demo;

import org.jspecify.annotations.NullMarked;

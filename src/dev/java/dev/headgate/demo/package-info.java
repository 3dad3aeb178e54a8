/**
 * The load and the account of {@code headgate demo}: orders with realistic trouble mixed in, and a check of what became
 * of them.
 *
 * <p>Guarantees: the generator makes the same messages for the same seed and knows how each must end; the account
 * compares that with the source, the tables and the sink as they are, not with counters of the process. Only a queue keeps
 * no count of what it had: there it is what it has acknowledged.
 *
 * <p>Does not: run the routes, or serve as a load test of anything but this machine. Nothing in production may depend on
 * it.
 */
@NullMarked
package dev.headgate.demo;

import org.jspecify.annotations.NullMarked;

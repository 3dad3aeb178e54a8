/**
 * Benchmarks, each a command that prints what it measured and on what.
 *
 * <p>Guarantees that both sides of a comparison do the same work on the same servers in the same run: the same messages,
 * the same validation, the same SQL files, as many writers. Does not: prove anything about other machines, or run as a
 * test.
 */
@NullMarked
package dev.headgate.bench;

import org.jspecify.annotations.NullMarked;

/**
 * Faults on purpose: somebody's own pipeline on embedded servers, several processes of it, and a schedule of what goes
 * wrong, made from a seed.
 *
 * <p>Guarantees: the same seed gives the same faults in the same order; every fault is healed before the next ones, and
 * before the end; what became of each message is found from outside, in the source, the tables and the target, and compared
 * with what was sent.
 *
 * <p>Does not: touch a server that it has not started, or tell how fast anything is. Nothing in production may depend on
 * it.
 */
@NullMarked
package dev.headgate.chaos;

import org.jspecify.annotations.NullMarked;

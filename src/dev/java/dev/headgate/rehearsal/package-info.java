/**
 * A pipeline on embedded servers, given one message after the other, and what became of each: {@code headgate try}, and
 * {@code headgate test}, which compares it with what a file expects.
 *
 * <p>Guarantees that the routes run as they would, from their source to their commit, with servers and a database of their
 * own, or in a user's database, in a transaction that is rolled back. Relays send nothing and jobs are not executed: what is
 * written for them is shown.
 */
@NullMarked
package dev.headgate.rehearsal;

import org.jspecify.annotations.NullMarked;

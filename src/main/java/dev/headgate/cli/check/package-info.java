/**
 * The command that looks through a folder of routes before anything runs.
 *
 * <p>Guarantees that all that is found is said at once, each with its place and its remedy, in one form for people and one
 * for programs, and that nothing is changed anywhere.
 */
@NullMarked
package dev.headgate.cli.check;

import org.jspecify.annotations.NullMarked;

/**
 * What the commands share: how they are found, the options that several of them have, and how they answer a person, a
 * script or a failure.
 *
 * <p>Guarantees that results go to standard output and everything else to standard error, and that a failure is one line
 * that says what to do.
 */
@NullMarked
package dev.headgate.cli.command;

import org.jspecify.annotations.NullMarked;

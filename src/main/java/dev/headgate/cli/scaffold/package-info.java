/**
 * The command that writes a pipeline to begin with, from messages as they come.
 *
 * <p>Guarantees that what it writes passes {@code headgate check}, and that it writes over nothing that is there.
 */
@NullMarked
package dev.headgate.cli.scaffold;

import org.jspecify.annotations.NullMarked;

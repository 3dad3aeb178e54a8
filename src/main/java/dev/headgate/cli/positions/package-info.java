/**
 * The commands about the positions of partitions: list, set, rewind.
 */
@NullMarked
package dev.headgate.cli.positions;

import org.jspecify.annotations.NullMarked;

/**
 * The commands about dead letters: list, show, export, replay, discard.
 */
@NullMarked
package dev.headgate.cli.deadletters;

import org.jspecify.annotations.NullMarked;

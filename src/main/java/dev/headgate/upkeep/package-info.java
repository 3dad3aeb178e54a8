/**
 * Headgate's own routes: they delete what has passed its retention, in chunks, so that no table grows for ever and no
 * delete locks much or runs long. Several processes may run them at once.
 */
@NullMarked
package dev.headgate.upkeep;

import org.jspecify.annotations.NullMarked;

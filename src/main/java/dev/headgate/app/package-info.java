/**
 * Puts the rooms together: one Camel context with Headgate's beans and components, and the routes of one folder.
 *
 * <p>Guarantees that batches and relays start before the sources that feed them and stop after these.
 */
@NullMarked
package dev.headgate.app;

import org.jspecify.annotations.NullMarked;

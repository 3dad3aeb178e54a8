/**
 * Puts the rooms together: one Camel context with Headgate's beans and components, the routes of one folder, and beside
 * them those that purge tables, sweep buckets and release held messages; or one without routes, for commands that send.
 *
 * <p>Guarantees that batches and relays start before the sources that feed them and stop after these. It decides nothing
 * about a message: what a room needs to know is handed to it here.
 */
@NullMarked
package dev.headgate.app;

import org.jspecify.annotations.NullMarked;

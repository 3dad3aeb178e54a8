/**
 * The one PostgreSQL database: a pool of connections to it and the tables in it.
 *
 * <p>Guaranteed: no statement waits for a dead server longer than the socket timeout; the pool recovers by itself when
 * the server returns; the tables of schema {@code headgate} and the user's own migrations are each applied once, also
 * when several processes start together. Not guaranteed: that the server is up when the pool is made. Connections see
 * the schema {@code public}; tables of schema {@code headgate} must be named with it.
 */
@NullMarked
package dev.headgate.database;

import org.jspecify.annotations.NullMarked;

/**
 * The model of a message, on the ground floor: its bytes, its headers as text, where it came from, what it is known by,
 * and why it was refused.
 *
 * <p>Guarantees that the same delivery has the same {@linkplain dev.headgate.message.SourcePosition position} and the same
 * key each time it comes, and that what is made text here can be stored by Postgres and made bytes again. It knows
 * Camel's exchange, but no component and no table.
 */
@NullMarked
package dev.headgate.message;

import org.jspecify.annotations.NullMarked;

/**
 * Keeps what could not be applied, with the reason, for people to look at and to replay.
 *
 * <p>Guarantees one row for each refused message, in the transaction of its batch, with its payload unchanged. It does
 * not decide what is refused.
 */
@NullMarked
package dev.headgate.deadletter;

import org.jspecify.annotations.NullMarked;

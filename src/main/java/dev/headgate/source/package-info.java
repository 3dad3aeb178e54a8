/**
 * Where the messages of {@code batch:} may come from, in any Camel context.
 *
 * <p>Guarantees that a route which leads to {@code batch:}, and starts, has a source that is acknowledged after the effect
 * and delivers under the same position again: {@code kafka:} and {@code aws2-sqs:} get what they lack, {@code job:} has it,
 * every other source is refused. Sources of other routes are left as they are, unless the context says that all are
 * Headgate's. It does not see what leads to {@code batch:} by an address that is made at run time: {@code batch:} itself
 * refuses such a message.
 */
@NullMarked
package dev.headgate.source;

import org.jspecify.annotations.NullMarked;

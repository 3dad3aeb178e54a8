/**
 * Traces: OpenTelemetry through Camel's own tracer, and what that does not know, batches.
 *
 * <p>Guaranteed when traces are on: each message that was taken from its source has a trace, the one that its header {@code
 * traceparent} names if it has one, and in this a span for each attempt to write it; an entry of the outbox that was written
 * with the header of its message has a span for each attempt to relay it, and leaves with the header of that span. When they
 * are off nothing of this room is on the way of a message. Not guaranteed: that spans which are not ended when the process
 * stops are exported.
 */
@NullMarked
package dev.headgate.manage.trace;

import org.jspecify.annotations.NullMarked;

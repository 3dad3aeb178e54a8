/**
 * Pauses the sources when too much is unacknowledged, or what they feed cannot write.
 *
 * <p>Guarantees that whoever asks {@link dev.headgate.backpressure.SourceInflight#isFull()} before each message that it
 * hands to a route never lets the unacknowledged messages exceed the limit by more than one; who asks before each fetch,
 * by more than one fetch. It does not itself stop anyone: the consumers do.
 */
@NullMarked
package dev.headgate.backpressure;

import org.jspecify.annotations.NullMarked;

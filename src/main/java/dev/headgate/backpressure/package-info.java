/**
 * Holds the sources back when too much is unacknowledged.
 *
 * <p>Guarantees that whoever asks {@link dev.headgate.backpressure.InflightLimit#isFull()} before fetching never lets
 * the unacknowledged messages exceed the limit by more than one fetch. It does not itself stop anyone: the consumers do.
 */
@NullMarked
package dev.headgate.backpressure;

import org.jspecify.annotations.NullMarked;

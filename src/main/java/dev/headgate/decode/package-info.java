/**
 * Makes JSON of what comes in another format, {@code decode:} as a step before a batch; and the way back, {@code encode:} as a
 * step of a relay.
 *
 * <p>Guarantees that what passes is the JSON of exactly the message that came, with no digit lost, and no larger than a
 * message may be, however its bytes were made: lengths, counts and levels are looked at before anything is allocated for
 * them. A message that cannot be decoded is refused. A schema that cannot be had at present is an outage. What the source
 * gave stays what a dead letter keeps and what the ledger compares.
 *
 * <p>Guarantees of the way back that all of the JSON is in what is sent, or the message is refused with the field that does
 * not fit, alone of its bulk; and that a schema which cannot be had changes and refuses nothing.
 */
@NullMarked
package dev.headgate.decode;

import org.jspecify.annotations.NullMarked;

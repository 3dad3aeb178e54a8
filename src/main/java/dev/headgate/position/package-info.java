/**
 * How far each partition of Kafka is applied, in the database that it is applied to.
 *
 * <p>A position is written in the transaction of the batch whose messages it counts, so it is never ahead of the effects nor
 * behind them. Who is assigned a partition takes a new epoch; a write of an older one fails its transaction. It is a watermark
 * and what has ended above it: a row for each lane, which no other lane waits for, and one that all have in common. It says
 * nothing of messages that come to no batch until the keeper has written that, seconds later: they have no effect in this
 * database.
 */
@NullMarked
package dev.headgate.position;

import org.jspecify.annotations.NullMarked;

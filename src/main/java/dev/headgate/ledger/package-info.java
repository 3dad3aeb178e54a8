/**
 * The memory of what took effect: Camel's idempotent repository, durable in the transaction of each batch.
 *
 * <p>Guarantees that of all deliveries of one idempotency key, in any number of lanes and processes, exactly one is
 * claimed by a transaction that commits. It filters early only what is known to be durable; a key that is merely in
 * flight passes, because acknowledging its duplicate before the original is durable could lose both.
 */
@NullMarked
package dev.headgate.ledger;

import org.jspecify.annotations.NullMarked;

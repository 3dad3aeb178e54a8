/**
 * The relay of the transactional outbox: the Camel component {@code outbox:DESTINATION}.
 *
 * <p>Guaranteed: an entry is relayed only after the transaction that wrote it has committed; every entry is relayed at
 * least once and is marked delivered only after the route has processed it without a failure; entries of one key leave in
 * the order of their ids, an entry that fails holds back the later ones of its key, and while it waits all of its shard; for each shard one relay at a time,
 * across all processes on one database, sends, and one that stands still gives its shards up within ten seconds. No database transaction is open while a route sends.
 *
 * <p>Not guaranteed: exactly once at the destination. A relay that dies between
 * sending and marking leaves entries that are sent again; when one stands still in mid-send, or loses its connection for longer than its lease,
 * the next owner of the shard may repeat entries that the former one is still sending. The header {@code message-id} is the same each time, so
 * that a receiver can drop repetitions. Nor is there an order between transactions that write entries of one key without
 * excluding each other: ids are taken before the commit, so such writers must lock their key (as an upsert of its row does).
 */
@NullMarked
package dev.headgate.outbox;

import org.jspecify.annotations.NullMarked;

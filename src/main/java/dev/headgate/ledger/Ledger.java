package dev.headgate.ledger;

import dev.headgate.batch.Batch;
import dev.headgate.deadletter.DeadLetters;
import dev.headgate.deadletter.HeldKeys;
import dev.headgate.message.Message;
import dev.headgate.message.Replay;
import dev.headgate.message.StorableKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The ledger as the idempotent consumer's repository and as the first step of a batch route.
 *
 * <p>{@link #add} refuses a key only if it is known to have taken effect; {@link #claim} writes the keys of a batch in
 * the transaction of that batch and is the last word. Thread-safe. The pipeline of a key is the id of the route that
 * consumes its source.
 */
public final class Ledger extends ServiceSupport implements IdempotentRepository {

    private record Key(String pipeline, String key) {}

    private final LedgerTable table;
    private final DeadLetters deadLetters;
    private final HeldKeys heldKeys;
    private final int cacheSize;
    private final RecentKeys<Key> durable;
    private final ConcurrentMap<String, LongAdder> dropped = new ConcurrentHashMap<>();

    /**
     * @param cacheSize the most durable keys that are remembered in this process, the latest
     */
    public Ledger(DataSource dataSource, DeadLetters deadLetters, int cacheSize) {
        this.table = new LedgerTable(dataSource);
        this.deadLetters = deadLetters;
        this.heldKeys = new HeldKeys(dataSource);
        this.cacheSize = cacheSize;
        this.durable = new RecentKeys<>(cacheSize);
    }

    /**
     * Settles a batch: inserts the keys of its messages in one statement, in key order, and lets those through that
     * were new; stores its rejected messages as dead letters, and closes those whose replays it holds. Where the endpoint
     * says {@code onReject=hold-key}, a message that comes behind an open dead letter of its key becomes one itself.
     *
     * <p>Part of the caller's transaction, nothing is durable before that commits. Waits for a concurrent transaction that
     * claimed one of the keys, or is just replaying one of the dead letters.
     */
    public void claim(Batch batch) {
        if (batch.policy().holdsKeys()) {
            heldKeys.hold(batch, table::applied);
        }
        Map<String, List<Message>> candidates = batch.messages().stream()
                .filter(message -> message.rejection() == null)
                .collect(Collectors.groupingBy(Message::pipeline, TreeMap::new, Collectors.toList()));
        Set<Key> fresh = new HashSet<>(batch.getSize() * 2);
        candidates.forEach(
                (pipeline, messages) -> table.insert(pipeline, messages, key -> fresh.add(new Key(pipeline, key))));
        // Removing the key lets only the first of two equal ones through.
        batch.settle(message -> fresh.remove(new Key(message.pipeline(), message.idempotencyKey())));
        deadLetters.store(batch.rejected(), batch.policy());
        deadLetters.settle(batch.messages().stream()
                .filter(message -> message.rejection() == null)
                .toList());
    }

    /**
     * Whether the key has to be processed: false only if it is known to be durable. A replayed dead letter passes always,
     * for its batch to close it.
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        Key storable = key(exchange, key);
        exchange.setProperty(Message.IDEMPOTENCY_KEY, storable.key());
        boolean passes = !durable.contains(storable) || Replay.is(exchange.getMessage());
        if (!passes) {
            dropped.computeIfAbsent(storable.pipeline(), pipeline -> new LongAdder())
                    .increment();
        }
        return passes;
    }

    /** How many messages {@link #add} has refused since the start, by pipeline. */
    public Map<String, Long> dropped() {
        Map<String, Long> counts = new TreeMap<>();
        dropped.forEach((pipeline, count) -> counts.put(pipeline, count.sum()));
        return counts;
    }

    /** Whether the key is known to be durable. */
    @Override
    public boolean contains(Exchange exchange, String key) {
        return durable.contains(key(exchange, key));
    }

    /** After the commit: remembers that the key is durable. */
    @Override
    public boolean confirm(Exchange exchange, String key) {
        durable.add(key(exchange, key));
        return true;
    }

    /** After a failure or a rejection: the key may come again. What is durable stays so. */
    @Override
    public boolean remove(Exchange exchange, String key) {
        return false;
    }

    @Override
    public boolean add(String key) {
        throw new UnsupportedOperationException("The ledger needs the exchange, to know its pipeline");
    }

    @Override
    public boolean contains(String key) {
        throw new UnsupportedOperationException("The ledger needs the exchange, to know its pipeline");
    }

    @Override
    public boolean remove(String key) {
        return false;
    }

    @Override
    public boolean confirm(String key) {
        throw new UnsupportedOperationException("The ledger needs the exchange, to know its pipeline");
    }

    /** Forgets the remembered keys; those in the table stay, and stay the last word. */
    @Override
    public void clear() {
        durable.clear();
    }

    /** The number of durable keys remembered in this process. */
    public long remembered() {
        return durable.size();
    }

    /** Warms the memory with the latest keys of the table. */
    @Override
    protected void doStart() {
        table.forEachLatest(cacheSize, (pipeline, key) -> durable.add(new Key(pipeline, key)));
    }

    private static Key key(Exchange exchange, String key) {
        return new Key(exchange.getFromRouteId(), StorableKey.of(key));
    }
}

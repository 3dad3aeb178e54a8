package dev.headgate.ledger;

import dev.headgate.message.Identity;
import dev.headgate.message.Replay;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The ledger as the idempotent consumer's repository.
 *
 * <p>{@link #add} refuses a key only if it is known to have taken effect; what {@code batch:} inserts into the
 * {@link LedgerTable} in the transaction of a batch is the last word. Thread-safe. The pipeline of a key is the id of the
 * route that consumes its source.
 */
public final class Ledger extends ServiceSupport implements IdempotentRepository {

    /** The exchange property in which {@code batch:} says whether the table has the key, once the batch has committed. */
    public static final String CLAIMED = "HeadgateClaimed";

    private final LedgerTable table;
    private final int cacheSize;
    private final RecentKeys<Identity> durable;
    private final ConcurrentMap<String, LongAdder> dropped = new ConcurrentHashMap<>();

    /**
     * @param cacheSize the most durable keys that are remembered in this process, the latest
     */
    public Ledger(DataSource dataSource, int cacheSize) {
        this.table = new LedgerTable(dataSource);
        this.cacheSize = cacheSize;
        this.durable = new RecentKeys<>(cacheSize);
    }

    /**
     * Does nothing: {@code batch:} claims the keys of each batch itself, before the first step of its route. Here for routes
     * that still have the step {@code bean: { ref: ledger, method: claim }}.
     */
    public void claim() {
        // The consumer of the batch has done it.
    }

    /**
     * Whether the key has to be processed: false only if it is known to be durable. A replayed dead letter passes always,
     * for its batch to close it, and so does a known key with other content, for its batch to say so.
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        Identity identity = Identity.of(exchange, key);
        exchange.setProperty(Identity.PROPERTY, identity);
        Identity known = durable.get(identity);
        boolean passes = known == null || known.hasOtherContent(identity) || Replay.of(exchange) != null;
        if (!passes) {
            dropped.computeIfAbsent(identity.pipeline(), pipeline -> new LongAdder())
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
        return durable.get(identity(exchange, key)) != null;
    }

    /**
     * After the commit of the batch that took the message: remembers that the key is durable. It is not where positions tell
     * what was applied, nor where no batch took the message, as when it was filtered.
     */
    @Override
    public boolean confirm(Exchange exchange, String key) {
        if (Boolean.TRUE.equals(exchange.getProperty(CLAIMED))) {
            durable.add(identity(exchange, key));
        }
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
        table.forEachLatest(cacheSize, durable::add);
    }

    /** As {@link #add} has found it, where it was asked. */
    private static Identity identity(Exchange exchange, String key) {
        Identity added = exchange.getProperty(Identity.PROPERTY, Identity.class);
        return added == null ? Identity.of(exchange, key) : added;
    }
}

package dev.headgate.demo;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;

/**
 * The tables of the orders and the outbox, and what was relayed from there.
 *
 * <p>Memory of an audit: two bits for each outbox entry.
 */
final class PostgresSink implements Sink {
    private static final String ORDERS = "select count(*) from public.orders";
    private static final String VERSIONS = "select coalesce(sum(version), 0) from public.orders";
    private static final String ENTRIES = "select id from headgate.outbox";
    private static final String DELIVERED = "select count(delivered_at) from headgate.outbox";
    private static final String PENDING = "select count(*) from headgate.outbox where delivered_at is null";
    /** As {@code orders-receipts.sql} chooses. */
    private static final String TENTHS =
            "select count(*) from headgate.outbox where destination = 'orders-applied' and hashtext(key) % 10 = 0";

    private static final String RECEIPTS =
            "select count(*) from headgate.job where queue = 'send-receipt' and state = 'completed'";
    private static final String JOBS = "select count(*) from headgate.job"
            + " where state in ('available', 'scheduled', 'executing', 'retryable')";
    private static final int FETCH_SIZE = 10_000;

    private final JdbcTemplate jdbc;
    private final RelayTarget relayTarget;

    /**
     * @param relayTarget where a relay brings the outbox entries
     */
    PostgresSink(DataSource dataSource, RelayTarget relayTarget) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.jdbc.setFetchSize(FETCH_SIZE);
        this.relayTarget = relayTarget;
    }

    @Override
    public void sending(OrderMessage message) {
        // all that is expected is in the totals
    }

    /** Entries that wait for the relay, and jobs that have not ended. */
    @Override
    public long pending() {
        return count(PENDING) + count(JOBS);
    }

    @Override
    public List<Figure> audit(Totals expected) throws SQLException {
        var entries = new BitSet();
        jdbc.query(ENTRIES, (RowCallbackHandler) row -> entries.set(Math.toIntExact(row.getLong(1))));
        List<Figure> figures = new ArrayList<>(List.of(
                new Figure("orders", "orders stored (public.orders)", expected.created(), count(ORDERS)),
                new Figure("versions", "versions of the stored orders, summed", expected.valid(), count(VERSIONS)),
                new Figure(
                        "outbox entries",
                        "outbox entries (headgate.outbox)",
                        expected.valid(),
                        entries.cardinality())));
        figures.addAll(relayed(entries, relayTarget.relayed()));
        figures.add(new Figure("receipts", "jobs completed, one for each tenth order", count(TENTHS), count(RECEIPTS)));
        return figures;
    }

    @Override
    public List<String> addresses() {
        return List.of(relayTarget.address());
    }

    @Override
    public void close() {
        // its servers are closed by who started them
    }

    private List<Figure> relayed(BitSet entries, RelayTarget.Relayed relayed) {
        var missing = (BitSet) entries.clone();
        missing.andNot(relayed.ids());
        var strangers = (BitSet) relayed.ids().clone();
        strangers.andNot(entries);
        return List.of(
                new Figure("delivered", "outbox entries marked as delivered", entries.cardinality(), count(DELIVERED)),
                new Figure(
                        "relayed",
                        "distinct entries in the target",
                        entries.cardinality(),
                        relayed.ids().cardinality()),
                new Figure("missing", "outbox entries missing from the target", 0, missing.cardinality()),
                new Figure(
                        "strangers",
                        "messages of the target without an outbox entry",
                        0,
                        strangers.cardinality() + relayed.withoutId()));
    }

    private long count(String sql) {
        Long count = jdbc.queryForObject(sql, Long.class);
        return count == null ? 0 : count;
    }
}

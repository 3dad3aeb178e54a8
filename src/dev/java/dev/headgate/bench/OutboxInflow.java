package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Into the outbox, past the routes; only the relay runs. */
final class OutboxInflow implements Inflow {
    private static final int TRANSACTIONS_PER_SECOND = 100;

    private static final String INSERT = """
            insert into headgate.outbox (pipeline, destination, key, payload)
            select 'orders', 'orders-applied', o.order_id,
                   convert_to(json_build_object('order_id', o.order_id, 'version', 1, 'status', 'placed',
                                                'amount', 1234.56, 'currency', 'EUR')::text, 'UTF8')
            from (select ? || number from generate_series(?, ?) number) o (order_id)
            """;

    @Override
    public boolean commits() {
        return false;
    }

    @Override
    public List<Contender> peers() {
        return List.of(Contender.ROUTER);
    }

    @Override
    public void adapt(Path routes) throws IOException {
        Files.delete(routes.resolve("orders.camel.yaml"));
        Files.delete(routes.resolve("receipts.camel.yaml"));
    }

    @Override
    public void create(BenchServers servers, String contender) {
        // The outbox is a table of the contender's own.
    }

    @Override
    public void backlog(BenchServers servers, String contender, int seed, int messages) {
        JdbcTemplate database = servers.database(contender);
        database.update(INSERT, Inflow.prefix(seed), 1, messages);
        database.execute("vacuum analyze headgate.outbox");
        database.execute("checkpoint");
    }

    /** In small transactions, each due at once. */
    @Override
    public LongUnaryOperator load(BenchServers servers, String contender, int perSecond, int messages) {
        int each = Math.max(1, perSecond / TRANSACTIONS_PER_SECOND);
        LongUnaryOperator evenly = Times.evenly(Times.now(), perSecond);
        LongUnaryOperator due = number -> evenly.applyAsLong(number - number % each);
        servers.database(contender).execute((ConnectionCallback<Void>) connection -> {
            var database = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            for (int first = 0; first < messages; first += each) {
                Times.sleepUntil(due.applyAsLong(first));
                database.update(INSERT, Inflow.prefix(LOAD), first + 1, Math.min(first + each, messages));
            }
            return null;
        });
        return due;
    }
}

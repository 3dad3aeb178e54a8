package dev.headgate.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Stores batches through one connection: ledger, state and outbox in one transaction each. */
final class PlainWriter {
    private static final String LEDGER = """
            insert into headgate.ledger (pipeline, key, source)
            select 'orders', m.key, m.source from unnest(?::text[], ?::text[]) as m (key, source) order by m.key
            on conflict do nothing
            returning key
            """;

    private final Connection connection;
    private final List<SqlFile> statements;

    /** @param statements run in order on the fresh messages of each batch */
    PlainWriter(Connection connection, List<SqlFile> statements) throws SQLException {
        this.connection = connection;
        this.statements = statements;
        connection.setAutoCommit(false);
    }

    /** Returns after the commit. */
    void write(PlainBatch batch) throws SQLException {
        PlainBatch fresh = batch.only(claim(batch));
        if (!fresh.messages().isEmpty()) {
            for (SqlFile statement : statements) {
                execute(statement, fresh);
            }
        }
        connection.commit();
    }

    private Set<String> claim(PlainBatch batch) throws SQLException {
        Set<String> fresh = new HashSet<>();
        try (var insert = connection.prepareStatement(LEDGER)) {
            insert.setArray(1, connection.createArrayOf("text", batch.keys()));
            insert.setArray(2, connection.createArrayOf("text", batch.sources()));
            try (var rows = insert.executeQuery()) {
                while (rows.next()) {
                    fresh.add(rows.getString(1));
                }
            }
        }
        return fresh;
    }

    private void execute(SqlFile statement, PlainBatch fresh) throws SQLException {
        try (var prepared = connection.prepareStatement(statement.text())) {
            for (int i = 0; i < statement.parameters().size(); i++) {
                prepared.setString(i + 1, fresh.parameter(statement.parameters().get(i)));
            }
            prepared.executeUpdate();
        }
    }
}

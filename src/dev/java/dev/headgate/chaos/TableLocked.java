package dev.headgate.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Somebody has the table that every batch writes into for himself. */
final class TableLocked implements Fault {

    private final Site site;
    private @Nullable Connection connection;

    TableLocked(Site site) {
        this.site = site;
    }

    @Override
    public void apply() throws SQLException, InterruptedException {
        connection = site.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock table " + site.batchTable() + " in access exclusive mode");
        } catch (SQLException ended) {
            // The server has ended meanwhile, or waits no longer: then nobody has it.
        }
    }

    @Override
    public void heal() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException ended) {
            // and so the lock is gone
        }
    }
}

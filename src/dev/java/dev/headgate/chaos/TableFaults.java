package dev.headgate.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What is wrong with the table that every batch writes into, the ledger. */
final class TableFaults {

    private static final String TRIGGER = """
            create trigger chaos before insert on headgate.ledger for each statement execute function chaos.%s()""";
    private static final String NO_TRIGGER = "drop trigger if exists chaos on headgate.ledger";

    private TableFaults() {}

    /** Somebody has it for himself. */
    static final class Locked implements Fault {
        private final Site site;
        private @Nullable Connection connection;

        Locked(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws SQLException, InterruptedException {
            connection = site.connect();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("lock table headgate.ledger in access exclusive mode");
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

    /** Each batch takes half a second longer. */
    static final class Slow extends Triggered {
        Slow(Site site) {
            super(site, "slow");
        }
    }

    /** What Postgres says when there is no room for a row. */
    static final class DiskFull extends Triggered {
        DiskFull(Site site) {
            super(site, "disk_full");
        }
    }

    /** Statements name a column that is called otherwise. */
    static final class ColumnRenamed implements Fault {
        private final Site site;

        ColumnRenamed(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws InterruptedException {
            site.execute("alter table headgate.ledger rename column source to origin");
        }

        @Override
        public void heal() throws InterruptedException {
            site.execute("alter table headgate.ledger rename column origin to source");
        }
    }

    /** A trigger that is there for a while. */
    private abstract static class Triggered implements Fault {
        private final Site site;
        private final String function;

        Triggered(Site site, String function) {
            this.site = site;
            this.function = function;
        }

        @Override
        public void apply() throws InterruptedException {
            site.execute(TRIGGER.formatted(function));
        }

        @Override
        public void heal() throws InterruptedException {
            site.execute(NO_TRIGGER);
        }
    }
}

package dev.headgate.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Has statements planned along indexes, for those who take the first few of what waits, in the order of an index.
 *
 * <p>Postgres plans by what it knows of a table from its last analysis, or from none. How much waits changes from nothing to
 * millions within minutes: where it expects a handful of rows it reads and sorts all that wait to find the first, at each
 * look, so that the more waits the less gets done.
 */
public final class IndexPlans {

    /** The statement that has those behind it in a transaction planned so. */
    public static final String IN_TRANSACTION = "set local enable_seqscan = off; set local enable_bitmapscan = off";

    /**
     * What to put before a statement that commits by itself, which is then planned so. Both reach the server in one message,
     * and are one transaction: a process that freezes leaves none open that has locked rows. Their results come in this order.
     */
    public static final String FOR_NEXT =
            "select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true);\n";

    private static final String IN_SESSION = "set enable_seqscan = off; set enable_bitmapscan = off";
    private static final String NO_MORE = "reset enable_seqscan; reset enable_bitmapscan";

    private IndexPlans() {}

    /** From now on, in this session, until {@link #end}. */
    public static void begin(Connection connection) throws SQLException {
        execute(connection, IN_SESSION);
    }

    /** Statements are planned again as the session began. */
    public static void end(Connection connection) throws SQLException {
        execute(connection, NO_MORE);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

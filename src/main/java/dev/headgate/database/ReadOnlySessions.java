package dev.headgate.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Takes a session out of the pool that the server lets only read. Whether it does is decided when a session begins (a
 * setting of the role, a standby), so one that is kept would refuse batches for the rest of its life, long after the
 * server takes writes again.
 */
final class ReadOnlySessions implements SQLExceptionOverride {

    private static final String READ_ONLY_SQL_TRANSACTION = "25006";

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return READ_ONLY_SQL_TRANSACTION.equals(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}

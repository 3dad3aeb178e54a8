package dev.headgate.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/** A session that was opened while the server, or its user, was read-only stays so: the pool must not keep it. */
final class EvictReadOnlySessions implements SQLExceptionOverride {

    private static final String READ_ONLY_TRANSACTION = "25006";

    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException failure) {
        return READ_ONLY_TRANSACTION.equals(failure.getSQLState())
                ? SQLExceptionOverride.Override.MUST_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}

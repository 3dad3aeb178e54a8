package dev.headgate.database;

import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;

/** What went wrong in a migration, without Flyway's many lines. */
final class MigrationFailure {

    private MigrationFailure() {}

    /** Flyway's first line, which names the script, and the server's own words; all of Flyway's if it has none. */
    static String reason(FlywayException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                return ConnectionFailure.firstLine(e) + ": " + ConnectionFailure.firstLine(cause);
            }
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.strip().replaceAll("\\s*\\R\\s*", "; ").replaceFirst("[.:;]+$", "");
    }
}

package dev.headgate.batch;

import java.sql.SQLException;
import java.util.Set;

/** Tells what cannot succeed however often it is tried from what only cannot succeed now. */
final class Failure {

    private static final Set<String> DATA = Set.of("22", "23", "54");

    private Failure() {}

    /**
     * Whether the failure lies in the data: SQLSTATE classes 22 (data exception), 23 (integrity constraint) and 54 (a
     * limit of the program, such as a value too long for its index or nested too deeply), or a
     * {@link RejectedException}. Everything else, also the unknown, is an outage.
     */
    static boolean isRejection(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RejectedException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState().length() == 5
                        && DATA.contains(sql.getSQLState().substring(0, 2));
            }
        }
        return false;
    }

    /** One line: the innermost cause, which says most. */
    static String summary(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String message = String.valueOf(innermost.getMessage());
        int line = message.indexOf('\n');
        return innermost.getClass().getSimpleName() + ": " + (line < 0 ? message : message.substring(0, line));
    }
}

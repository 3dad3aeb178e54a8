package dev.headgate.failure;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * A failure in one line: of a database its own words and SQLSTATE, or what has become of the connection; of all else the
 * innermost cause.
 */
final class Summary {

    /** Of a wait: what it is about stands in the context only. */
    private static final Set<String> WAITING = Set.of("55P03", "57014", "40P01");

    /** Not null, and check: their detail is the row, which is nobody's business in a log. */
    private static final Set<String> SHOWS_A_ROW = Set.of("23502", "23514");

    /** A host and a port, or the beginning of a URL. */
    private static final Pattern PLACE =
            Pattern.compile("https?://[^\\s/?\"]+|[\\w.-]+(?:/[\\d.:a-f]+)?:\\d{2,5}\\b|\\[[\\d:a-f]+\\]:\\d+");

    private Summary() {}

    static String of(List<Throwable> causes) {
        SQLException sql = sql(causes);
        return sql == null ? ofConnection(causes) : sql(sql);
    }

    /** The innermost cause; where that says only that a connection failed, with the cause that says to what. */
    private static String ofConnection(List<Throwable> causes) {
        Throwable innermost = causes.get(causes.size() - 1);
        String said = own(innermost);
        if (!isOfConnection(innermost) || PLACE.matcher(said).find()) {
            return said;
        }
        for (int i = causes.size() - 2; i >= 0; i--) {
            String message = causes.get(i).getMessage();
            String place = message == null ? null : place(firstLine(message));
            if (place != null) {
                return said + " (" + place + ")";
            }
        }
        return said;
    }

    /** The host and port of the address, if a connection failed and none of the causes says to what. */
    static @Nullable String missingPlace(List<Throwable> causes, String address) {
        boolean said = sql(causes) != null
                || !isOfConnection(causes.get(causes.size() - 1))
                || causes.stream().anyMatch(cause -> cause.getMessage() != null && place(cause.getMessage()) != null);
        return said ? null : place(address);
    }

    private static boolean isOfConnection(Throwable failure) {
        return failure instanceof IOException || failure instanceof TimeoutException;
    }

    private static @Nullable String place(String text) {
        Matcher place = PLACE.matcher(text);
        return place.find() ? place.group().replaceFirst("//.*@", "//") : null;
    }

    /** The innermost one; null if it is no failure of a database. */
    static @Nullable SQLException sql(List<Throwable> causes) {
        SQLException innermost = null;
        for (Throwable cause : causes) {
            if (cause instanceof SQLException sql) {
                innermost = sql instanceof BatchUpdateException && sql.getNextException() != null
                        ? sql.getNextException()
                        : sql;
            }
        }
        return innermost;
    }

    private static String own(Throwable failure) {
        String message = failure.getMessage();
        String name = failure.getClass().getSimpleName();
        return message == null || message.isBlank() ? name : name + ": " + firstLine(message);
    }

    private static String sql(SQLException sql) {
        String state = sql.getSQLState();
        String said = sql instanceof PSQLException postgres && postgres.getServerErrorMessage() != null
                ? server(postgres.getServerErrorMessage())
                : client(sql);
        return state == null ? said : said + " (SQLSTATE " + state + ")";
    }

    private static String server(ServerErrorMessage error) {
        String said = error.getSeverity() + ": " + error.getMessage();
        if (error.getDetail() != null && !SHOWS_A_ROW.contains(error.getSQLState())) {
            said += "; detail: " + firstLine(error.getDetail());
        }
        if (error.getHint() != null) {
            said += "; hint: " + firstLine(error.getHint());
        }
        String where = error.getWhere();
        if (where != null && (WAITING.contains(error.getSQLState()) || where.startsWith("PL/pgSQL"))) {
            said += ", " + firstLine(where);
        }
        return said;
    }

    /** Of what the driver met instead of an answer. */
    private static String client(SQLException sql) {
        Throwable cause = sql.getCause();
        String message = sql.getMessage() == null
                ? sql.getClass().getSimpleName()
                : firstLine(sql.getMessage()).replaceFirst("[.] Check that .*", "");
        if (!(cause instanceof IOException) || cause instanceof ConnectException) {
            return message;
        }
        if (cause instanceof UnknownHostException) {
            return "unknown host " + cause.getMessage();
        }
        String surface = cause instanceof EOFException ? "end of the stream" : own(cause);
        return cause instanceof InterruptedIOException
                ? "the database has not answered within the socket timeout (" + surface + ")"
                : "the session with the database has broken (" + surface + ")";
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }
}

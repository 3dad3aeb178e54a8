package dev.headgate.database;

import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.Failure;
import dev.headgate.settings.Settings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is behind a failure of the database: of a wait, who holds the lock; of a broken or refused connection, by
 * one of its own, whether the server can be reached and takes writes. Of another failure it tells what the server has said.
 *
 * <p>Asks at most once in five seconds, and gives up after a few. Thread-safe.
 */
public final class ServerDiagnosis implements Diagnosis, AutoCloseable {

    /** A lock, a statement or a deadlock has taken too long. */
    private static final Set<String> WAITING = Set.of("55P03", "57014", "40P01");

    /** Limits of a session that end it, and whose they are. */
    private static final Map<String, String> OWN_LIMITS = Map.of(
            "25P03",
            "the limit is Headgate's own, idle_in_transaction_session_timeout of %d s unless URL, role or database set another: the process stood still for so long in a transaction"
                    .formatted(SessionSettings.IDLE_IN_TRANSACTION.toSeconds()),
            "25P04",
            "the transaction has lasted longer than transaction_timeout, which the URL, the role or the database sets, for Headgate does not");

    private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(5);

    private static final String STATE = """
            select pg_is_in_recovery(), current_setting('transaction_read_only')::boolean, pg_postmaster_start_time()
            """;

    private final Settings settings;
    private final LockWatch locks;
    private @Nullable Answer latest;

    private record Answer(String text, long nanoTime) {}

    /** Begins to watch locks, until it is closed. */
    public ServerDiagnosis(Settings settings) {
        this.settings = settings;
        this.locks = new LockWatch(settings);
    }

    @Override
    public String of(Throwable failure) {
        String said = Failure.summary(failure);
        SQLException sql = Failure.sql(failure);
        if (sql == null) {
            return said;
        }
        String state = sql.getSQLState();
        String server = "PostgreSQL at " + Database.server(settings);
        if (state != null && WAITING.contains(state)) {
            String holders = locks.holders();
            return said + (holders == null ? ", " : "; it waited for " + holders + ", ") + server;
        }
        String limit = state == null ? null : OWN_LIMITS.get(state);
        if (limit != null) {
            said += "; " + limit;
        }
        return said + (isOfTheConnection(state) ? "; " + server + " " + answer() : ", " + server);
    }

    @Override
    public void close() {
        locks.close();
    }

    /** Broken, refused, or ended by the server. */
    private static boolean isOfTheConnection(@Nullable String state) {
        return state == null || state.startsWith("08") || state.startsWith("57P") || OWN_LIMITS.containsKey(state);
    }

    private synchronized String answer() {
        if (latest == null || System.nanoTime() - latest.nanoTime > BETWEEN_QUESTIONS.toNanos()) {
            String text = ask();
            latest = new Answer(text, System.nanoTime());
        }
        return latest.text;
    }

    private String ask() {
        try (Connection connection = Database.connect(settings, Database.QUICK);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STATE)) {
            row.next();
            Instant started = row.getTimestamp(3).toInstant().truncatedTo(ChronoUnit.SECONDS);
            String writes = row.getBoolean(1)
                    ? ", but is a standby, which takes no writes"
                    : row.getBoolean(2) ? ", but takes no writes from this user (default_transaction_read_only)" : "";
            return "answers now" + writes + "; it runs since " + started;
        } catch (SQLException e) {
            return "cannot be reached now: " + Failure.summary(e);
        }
    }
}

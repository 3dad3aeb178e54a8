package dev.headgate.database;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a session of the pool sets for itself when it begins, so that no process that stands still, and none that is gone,
 * holds up the others: it gives up a lock it cannot get, a statement that takes too long, and a transaction that nobody goes
 * on with; and the server looks whether the other end is still there.
 *
 * <p>What the URL, the role or the database sets is left as it is; so is what this server does not know.
 */
final class SessionSettings {

    /** Long for those who share rows and short for an operator. */
    static final Duration LOCK = Duration.ofSeconds(5);

    /** A transaction that is worked on outside the database is {@linkplain Transactions renewed} more often than that. */
    static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(10);

    private SessionSettings() {}

    /**
     * The statement that sets them. The server gives a statement up before the client gives up its socket, so that no
     * abandoned statement works on behind its repetition.
     *
     * @param socketTimeout how long the client waits for an answer; zero if without end, and then statements may take
     *     any time too
     */
    static String statement(Duration socketTimeout) {
        Map<String, Long> milliseconds = new LinkedHashMap<>();
        milliseconds.put("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION.toMillis());
        Duration lock = LOCK;
        if (!socketTimeout.isZero()) {
            Duration statement = socketTimeout.multipliedBy(5).dividedBy(6);
            milliseconds.put("statement_timeout", statement.toMillis());
            lock = LOCK.compareTo(statement.dividedBy(2)) < 0 ? LOCK : statement.dividedBy(2);
        }
        milliseconds.put("lock_timeout", lock.toMillis());
        milliseconds.put("client_connection_check_interval", 5_000L);
        milliseconds.put("tcp_user_timeout", 20_000L);
        String values = milliseconds.entrySet().stream()
                .map(entry -> "('%s', '%d')".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return SET.formatted(values);
    }

    // Only Linux can tell a server that a client has gone while it works for it.
    private static final String SET = """
            select set_config(name, wanted.value, false)
            from pg_settings
            join (values %s, ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'),
                ('tcp_keepalives_count', '3')) as wanted (name, value) using (name)
            where source not in ('client', 'user', 'database', 'database user')
                and (name <> 'client_connection_check_interval' or version() ~* 'linux')
            """;
}

package dev.headgate.database;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a session sets for itself when it begins.
 *
 * <p>What its results depend on, each session sets, whatever its process, the role or the database would have it be: the
 * same statement then gives the same in each process and at any time.
 *
 * <p>Those of the pool also see to it that no process that stands still, and none that is gone, holds up the others: they
 * give up a lock they cannot get, a statement that takes too long, and a transaction that nobody goes on with; and the
 * server looks whether the other end is still there. What the URL, the role or the database sets of these is left as it is;
 * so is what this server does not know.
 */
final class SessionSettings {

    /** Long for those who share rows and short for an operator. */
    static final Duration LOCK = Duration.ofSeconds(5);

    /** A transaction that is worked on outside the database is {@linkplain Transactions renewed} more often than that. */
    static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(10);

    private static final Map<String, String> RESULTS = Map.of(
            // Else a time without an offset is one of the zone that the process happens to run in.
            "TimeZone", "UTC",
            // Else what is looked up behind a lock is from before the lock.
            "default_transaction_isolation", "read committed",
            // A date of which day and month would have to be guessed is refused.
            "DateStyle", "ISO, YMD",
            "IntervalStyle", "postgres",
            "bytea_output", "hex",
            "lc_numeric", "C",
            "lc_time", "C");

    private SessionSettings() {}

    /**
     * The statement that sets what results depend on.
     *
     * @param searchPath the schemas in which tables without one are looked for; set at connecting, too, which a proxy may
     *     leave out
     */
    static String results(String searchPath) {
        return "select "
                + RESULTS.entrySet().stream()
                        .map(entry -> "set_config('%s', '%s', false)".formatted(entry.getKey(), entry.getValue()))
                        .sorted()
                        .collect(Collectors.joining(", "))
                + ", set_config('search_path', '%s', false)".formatted(searchPath.replace("'", "''"));
    }

    /**
     * The statement that sets how long it waits. The server gives a statement up before the client gives up its socket, so that no
     * abandoned statement works on behind its repetition.
     *
     * @param socketTimeout how long the client waits for an answer; zero if without end, and then statements may take
     *     any time too
     */
    static String limits(Duration socketTimeout) {
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

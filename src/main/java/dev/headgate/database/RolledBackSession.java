package dev.headgate.database;

import dev.headgate.HeadgateException;
import dev.headgate.settings.Settings;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * One session in one transaction that is rolled back, whatever is done in it: for its users a commit releases a savepoint,
 * after what is deferred until a commit is checked, and a rollback goes back to it.
 *
 * <p>No statement can make anything durable. One that would begin or end a transaction is refused before it is sent. Should
 * one get past that, then the server refuses: a trigger that is deferred to the commit lets the commit fail, and behind a
 * rollback the session can only read. What the database does outside of transactions is not taken back: numbers of
 * sequences are used up, and what a function does through another session, or with files, stays.
 *
 * <p>There is one connection, so that it is one user's at a time; all is over when it ends. Thread-safe.
 */
public final class RolledBackSession extends AbstractDataSource implements AutoCloseable {

    /** The server ends a session whose process stands still, and whose locks others wait for. */
    private static final Duration IDLE = Duration.ofSeconds(40);

    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(60);

    private static final String READS_ONLY = "default_transaction_read_only";

    private static final String ENDED = "2D000";

    /** As if the server did not know such a statement. */
    private static final String WRONG = "42601";

    /** Of a text of SQL, so that it can be told from others. */
    private static final int SHOWN = 80;

    // Deferred to the end of the transaction, which it lets fail; anew when `set constraints` makes it due before.
    private static final String GUARD = """
            create temporary table headgate_rolled_back (armed boolean);
            create function pg_temp.headgate_rolled_back() returns trigger language plpgsql as $$
            begin
                if current_query() !~* '^\\s*set\\s+constraints[^;]*;?\\s*$' then
                    raise exception 'nothing of this session may be committed' using errcode = '2D000';
                end if;
                set constraints pg_temp.headgate_rolled_back deferred;
                insert into pg_temp.headgate_rolled_back values (true);
                return null;
            end $$;
            create constraint trigger headgate_rolled_back after insert on pg_temp.headgate_rolled_back
                deferrable initially deferred for each row execute function pg_temp.headgate_rolled_back();
            insert into pg_temp.headgate_rolled_back values (true)
            """;

    // As a commit leaves them.
    private static final String IMMEDIATE = """
            select string_agg(distinct format('%I.%I', nspname, conname), ', ')
            from pg_constraint c join pg_namespace n on n.oid = c.connamespace
            where condeferrable and not condeferred and has_schema_privilege(n.oid, 'usage')
            """;

    // A temporary table whose rows are gone after a commit: that is not known to the catalogue.
    private static final String CLEAR_BATCH = """
            do $$ begin
                if to_regclass('pg_temp.batch') is not null then delete from pg_temp.batch; end if;
            end $$
            """;

    private final Settings settings;
    private final PgConnection session;
    private final Connection shown;
    private final String afterCommit;
    private boolean isGiven;
    private boolean commitsItself = true;
    private @Nullable Savepoint begun;
    private volatile @Nullable String ended;

    private RolledBackSession(Settings settings, PgConnection session, String afterCommit) {
        this.settings = settings;
        this.session = session;
        this.afterCommit = afterCommit;
        this.shown = proxy(Connection.class, this::onConnection);
    }

    /**
     * Begins the transaction.
     *
     * @throws HeadgateException if the server does not answer, or does not let a session be one that cannot commit
     */
    public static RolledBackSession open(Settings settings) {
        PgConnection session = null;
        try {
            session = connect(settings, SOCKET_TIMEOUT).unwrap(PgConnection.class);
            session.setAutoCommit(false);
            try (Statement statement = session.createStatement()) {
                statement.execute("set transaction read write");
                statement.execute(GUARD);
                String immediate = text(statement, IMMEDIATE);
                return new RolledBackSession(
                        settings,
                        session,
                        "set constraints all deferred"
                                + (immediate == null ? "" : "; set constraints " + immediate + " immediate"));
            }
        } catch (SQLException e) {
            if (session == null) {
                throw ConnectionFailure.of(settings, e);
            }
            quietly(session);
            throw new HeadgateException(
                    "The database does not allow a transaction that is surely rolled back (%s): that needs a primary, and the permission to make temporary tables."
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /** A session beside this one, which sees what is committed and can only read. */
    public Connection committed() {
        try {
            return connect(settings, SOCKET_TIMEOUT);
        } catch (SQLException e) {
            throw ConnectionFailure.of(settings, e);
        }
    }

    /** A session whose transactions can only read unless they say otherwise before their first statement. */
    private static Connection connect(Settings settings, Duration socketTimeout) throws SQLException {
        String url = Database.url(settings);
        String options = (Database.parameter(settings, "options", "") + " -c " + READS_ONLY + "=on").strip();
        Properties properties = Database.connectionProperties(settings);
        properties.setProperty("socketTimeout", Long.toString(socketTimeout.toSeconds()));
        Connection connection = DriverManager.getConnection(
                url + (url.contains("?") ? "&" : "?") + "options="
                        + URLEncoder.encode(options, StandardCharsets.UTF_8).replace("+", "%20"),
                properties);
        try (Statement statement = connection.createStatement()) {
            if (!"on".equals(text(statement, "show " + READS_ONLY))) {
                throw new SQLException(
                        "The session did not get the option %s=on: is a pooler between?".formatted(READS_ONLY));
            }
            statement.execute(Database.results(settings));
            statement.execute(SessionSettings.limits(socketTimeout));
            statement.execute("set idle_in_transaction_session_timeout = " + IDLE.toMillis());
            return connection;
        } catch (SQLException e) {
            quietly(connection);
            throw e;
        }
    }

    private static @Nullable String text(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** Why the session has ended before it was closed; null if it has not. */
    public @Nullable String ended() {
        return ended;
    }

    @Override
    public synchronized Connection getConnection() throws SQLException {
        requireOpen();
        if (isGiven) {
            throw new SQLException("The one connection of a session that is rolled back is given away already");
        }
        isGiven = true;
        return shown;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    /** Rolls back. */
    @Override
    public synchronized void close() {
        end("it is closed");
    }

    /** Rolls back and closes, so that the server has nothing left to commit. */
    private synchronized void end(String why) {
        if (ended == null) {
            ended = why;
            try {
                if (session.getTransactionState() != TransactionState.IDLE) {
                    session.rollback();
                }
            } catch (SQLException e) {
                // The server rolls back what its client leaves.
                logger.debug("A session that is closed cannot roll back", e);
            } finally {
                quietly(session);
            }
        }
    }

    private static void quietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new HeadgateException("A connection cannot be closed: " + e.getMessage(), e);
        }
    }

    private void requireOpen() throws SQLException {
        String why = ended;
        if (why != null) {
            throw new SQLException("The transaction is rolled back and over: " + why, ENDED);
        }
    }

    private synchronized @Nullable Object onConnection(Method method, @Nullable Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "close", "abort" -> {
                end("its connection was closed");
                return null;
            }
            case "isClosed" -> {
                return ended != null;
            }
            case "isValid" -> {
                return ended == null && session.isValid((int) arguments[0]);
            }
            default -> requireOpen();
        }
        switch (method.getName()) {
            case "setAutoCommit" -> setAutoCommit((boolean) arguments[0]);
            case "getAutoCommit" -> {
                return commitsItself;
            }
            case "commit" -> {
                commit();
                begin();
            }
            case "rollback" -> {
                if (arguments.length == 0) {
                    rollback();
                    begin();
                } else {
                    session.rollback((Savepoint) arguments[0]);
                }
            }
            case "setReadOnly", "setTransactionIsolation" -> {
                // It is begun.
            }
            case "unwrap" -> {
                return arguments[0] == PGConnection.class ? session : shown;
            }
            case "createStatement" -> {
                return statement(Statement.class, method, arguments);
            }
            case "prepareStatement" -> {
                require((String) arguments[0]);
                return statement(PreparedStatement.class, method, arguments);
            }
            case "prepareCall" -> {
                require((String) arguments[0]);
                return statement(CallableStatement.class, method, arguments);
            }
            default -> {
                return invoke(method, session, arguments);
            }
        }
        return null;
    }

    private void setAutoCommit(boolean on) throws SQLException {
        if (on && begun != null) {
            commit();
        }
        commitsItself = on;
        if (!on && begun == null) {
            begin();
        }
    }

    private void begin() throws SQLException {
        try {
            begun = session.setSavepoint();
        } catch (SQLException e) {
            end(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** What a commit does, and can fail with. */
    private void commit() throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("set constraints all immediate");
            statement.execute(CLEAR_BATCH);
            Savepoint released = begun;
            begun = null;
            session.releaseSavepoint(released);
            statement.execute(afterCommit);
        } catch (SQLException e) {
            if (begun == null) {
                end(String.valueOf(e.getMessage()));
            } else {
                rollback();
                if (!commitsItself) {
                    begin();
                }
            }
            throw e;
        }
    }

    private void rollback() throws SQLException {
        Savepoint from = begun;
        begun = null;
        try {
            session.rollback(from);
            session.releaseSavepoint(from);
        } catch (SQLException e) {
            end(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private Object statement(Class<? extends Statement> type, Method method, @Nullable Object[] arguments)
            throws Throwable {
        Statement statement = (Statement) Objects.requireNonNull(invoke(method, session, arguments));
        return proxy(type, (called, given) -> onStatement(statement, called, given));
    }

    private @Nullable Object onStatement(Statement statement, Method method, @Nullable Object[] arguments)
            throws Throwable {
        String name = method.getName();
        if (name.equals("getConnection")) {
            return shown;
        }
        if (name.equals("unwrap")) {
            return invoke(method, statement, arguments);
        }
        boolean hasText = arguments.length > 0 && arguments[0] instanceof String;
        if (hasText && (name.startsWith("execute") || name.equals("addBatch"))) {
            require((String) arguments[0]);
        }
        return name.startsWith("execute")
                ? execute(statement, method, arguments)
                : invoke(method, statement, arguments);
    }

    /** Outside of a transaction of its user's a statement is one. */
    private synchronized @Nullable Object execute(Statement statement, Method method, @Nullable Object[] arguments)
            throws Throwable {
        requireOpen();
        requireTransaction();
        boolean alone = commitsItself;
        if (alone) {
            begin();
        }
        try {
            Object result = invoke(method, statement, arguments);
            requireTransaction();
            if (alone) {
                commit();
            }
            return result;
        } catch (SQLException e) {
            if (session.isClosed()) {
                end(String.valueOf(e.getMessage()));
            } else {
                requireTransaction();
            }
            if (alone && begun != null && ended == null) {
                rollback();
            }
            throw e;
        }
    }

    private void requireTransaction() throws SQLException {
        if (session.getTransactionState() == TransactionState.IDLE) {
            end("a statement has ended it, and the server has rolled it back");
            requireOpen();
        }
    }

    /** Refuses, before any of it is sent. */
    private void require(String sql) throws SQLException {
        String control = TransactionControl.in(sql, session.getStandardConformingStrings());
        if (control != null) {
            String text = sql.strip().replaceAll("\\s+", " ");
            String why = "`%s` begins or ends a transaction, which batch: does, in `%s`"
                    .formatted(control, text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
            end(why);
            throw new SQLException(why, WRONG);
        }
    }

    private interface Handler {
        @Nullable
        Object invoke(Method method, @Nullable Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        InvocationHandler invocations = (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> type.getSimpleName() + " that is rolled back";
                };
            }
            return handler.invoke(method, arguments == null ? new Object[0] : arguments);
        };
        return type.cast(
                Proxy.newProxyInstance(RolledBackSession.class.getClassLoader(), new Class<?>[] {type}, invocations));
    }

    private static @Nullable Object invoke(Method method, Object target, @Nullable Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}

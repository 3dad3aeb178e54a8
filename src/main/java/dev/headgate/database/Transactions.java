package dev.headgate.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * Transactions of the pool, each renewed for as long as its process lives, however long a step works outside the database:
 * an object that is put, a service that is asked.
 *
 * <p>The server ends a session whose transaction nobody goes on with ({@code idle_in_transaction_session_timeout}): that of
 * a process that is stopped, suspended or cut off, whose locks others wait for. So that one which merely waits for somebody
 * else is not taken for it, a statement that does nothing is sent every few seconds. Thread-safe.
 */
public final class Transactions extends DataSourceTransactionManager {

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
    private static final Duration INTERVAL = SessionSettings.IDLE_IN_TRANSACTION.dividedBy(4);
    private static final Map<Connection, Renewal> OPEN = new ConcurrentHashMap<>();

    // Sending may wait for the statement in hand, so each transaction that is renewed has a thread meanwhile.
    private static final ExecutorService SENDING = Executors.newCachedThreadPool(task -> daemon(task, "renewal"));

    static {
        daemon(Transactions::renewAll, "renewals").start();
    }

    public Transactions(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        super.doBegin(transaction, definition);
        Connection connection = connection(transaction);
        OPEN.put(connection, new Renewal(connection));
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        end(status.getTransaction());
        super.doCommit(status);
    }

    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        end(status.getTransaction());
        super.doRollback(status);
    }

    @Override
    protected void doCleanupAfterCompletion(Object transaction) {
        end(transaction);
        super.doCleanupAfterCompletion(transaction);
    }

    /** When it returns no statement is sent any more: the next one would begin another transaction. */
    private static void end(Object transaction) {
        Renewal renewal = OPEN.remove(connection(transaction));
        if (renewal != null) {
            renewal.end();
        }
    }

    private static Connection connection(Object transaction) {
        return ((JdbcTransactionObjectSupport) transaction)
                .getConnectionHolder()
                .getConnection();
    }

    private static void renewAll() {
        try {
            while (true) {
                Thread.sleep(INTERVAL.toMillis());
                OPEN.values().forEach(Renewal::send);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "transaction-" + name);
        thread.setDaemon(true);
        return thread;
    }

    private static final class Renewal implements Runnable {

        private final Connection connection;
        private boolean isNew = true;
        private boolean ended;
        private volatile boolean sending;

        Renewal(Connection connection) {
            this.connection = connection;
        }

        /** By the one thread that renews all. */
        void send() {
            if (isNew) {
                isNew = false;
            } else if (!sending) {
                sending = true;
                SENDING.execute(this);
            }
        }

        @Override
        public synchronized void run() {
            if (!ended) {
                // Not through the pool's statement, which would take a session out of the pool for what fails here.
                try (Statement statement = connection.unwrap(Connection.class).createStatement()) {
                    statement.execute("select 1");
                } catch (SQLException e) {
                    LOG.debug("A transaction cannot be renewed; its next statement will fail and say why", e);
                }
            }
            sending = false;
        }

        synchronized void end() {
            ended = true;
        }
    }
}

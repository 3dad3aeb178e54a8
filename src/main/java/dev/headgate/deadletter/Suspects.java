package dev.headgate.deadletter;

import dev.headgate.failure.RejectedException;
import dev.headgate.failure.RetryException;
import dev.headgate.message.SourcePosition;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Notes, before anything parses them, the messages that are large enough to end the process by the memory that their route
 * takes for them, and forgets them when they are written or failed. What is noted when a process begins with it has been in
 * flight when another one ended. Such messages pass one at a time, so that the one that ends processes is told from those
 * beside it; the third time it is refused.
 *
 * <p>Durable at once, in a transaction of its own. Without the database nothing is noted: nothing is written then, either.
 * Thread-safe.
 */
public final class Suspects {

    /** Fewer bytes are not worth two statements: what a route makes of them has to be a thousand times as large. */
    public static final int FROM_BYTES = 256 * 1024;

    private static final int MOST_DEATHS = 2;

    private static final String NOTE = """
            insert into headgate.suspect (pipeline, source, process) values (?, ?, ?) on conflict do nothing
            """;

    private static final String NOTE_AGAIN = """
            update headgate.suspect
            set deaths = deaths + case when process = ? then 0 else 1 end, process = ?, noted_at = now()
            where pipeline = ? and source = ?
            returning deaths
            """;

    private static final String FORGET = "delete from headgate.suspect where pipeline = ? and source = ?";

    private final JdbcTemplate jdbc;
    private final UUID process = UUID.randomUUID();
    private final Semaphore turn = new Semaphore(1);

    public Suspects(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /**
     * Notes the message until the completions of its exchange run. Waits for its turn if it was noted before.
     *
     * @throws RejectedException if two processes have ended with it
     * @throws RetryException if the thread is interrupted meanwhile
     */
    public void note(Exchange exchange) {
        SourcePosition position = SourcePosition.of(exchange);
        if (position instanceof SourcePosition.Unknown) {
            return; // it is not known again
        }
        Noted noted = new Noted(String.valueOf(exchange.getFromRouteId()), position.toString());
        try {
            boolean isNew = jdbc.update(NOTE, noted.pipeline, noted.source, process) == 1;
            exchange.getExchangeExtension().addOnCompletion(noted);
            if (!isNew) {
                noted.awaitTurn();
                refuseIfDeadly(noted);
            }
        } catch (DataAccessException e) {
            // The batch says that the database is away.
        }
    }

    private void refuseIfDeadly(Noted noted) {
        List<Integer> deaths =
                jdbc.queryForList(NOTE_AGAIN, Integer.class, process, process, noted.pipeline, noted.source);
        if (!deaths.isEmpty() && deaths.get(0) >= MOST_DEATHS) {
            throw new RejectedException(
                    "ended the process twice",
                    "%d processes ended while they had this message in flight: its route may take more memory for it than there is"
                            .formatted(deaths.get(0)));
        }
    }

    /** Forgets one message, once. */
    private final class Noted implements Synchronization {

        private final String pipeline;
        private final String source;
        private boolean hasTurn;

        Noted(String pipeline, String source) {
            this.pipeline = pipeline;
            this.source = source;
        }

        void awaitTurn() {
            try {
                turn.acquire();
                hasTurn = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RetryException("interrupted", "while it waited for its turn", e);
            }
        }

        @Override
        public void onComplete(Exchange exchange) {
            forget();
        }

        @Override
        public void onFailure(Exchange exchange) {
            forget();
        }

        private void forget() {
            try {
                jdbc.update(FORGET, pipeline, source);
            } catch (DataAccessException e) {
                // It stays noted by this process, which does not count.
            } finally {
                if (hasTurn) {
                    hasTurn = false;
                    turn.release();
                }
            }
        }
    }
}

package dev.headgate.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.database.Transactions;
import dev.headgate.message.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Enqueues jobs, in the transaction of the calling thread if there is one: they exist if and only if it commits.
 * Thread-safe. In the registry as {@code jobs}.
 */
public final class Jobs {

    private static final String INSERT = """
            insert into headgate.job (queue, priority, scheduled_at, max_attempts, headers, payload, unique_key)
            select ?, ?, coalesce(?::timestamptz, now()), ?::integer, n.headers::jsonb, n.payload, n.unique_key
            from (select *, row_number() over (partition by unique_key order by position) as nth
                  from unnest(?::text[], ?::bytea[], ?::uuid[])
                      with ordinality as t (headers, payload, unique_key, position)) n
            where n.unique_key is null
               or n.nth = 1 and not exists (
                  select from headgate.job j
                  where j.unique_key = n.unique_key and j.inserted_at > coalesce(?::timestamptz, '-infinity') and j.state = any(?))
            order by position
            returning id
            """;

    // A statement before the one that looks, so that its snapshot has what the former owner inserted. Who locks single
    // keys locks their queue too, against those who lock it whole.
    private static final String LOCK_KEYS = """
            select pg_advisory_xact_lock_shared(hashtext('headgate.job'), hashtext(?))
            union all
            select pg_advisory_xact_lock(hashtextextended(key::text, 0))
            from (select distinct key from unnest(?::uuid[]) as key order by key) k
            """;

    private static final String LOCK_QUEUE = "select pg_advisory_xact_lock(hashtext('headgate.job'), hashtext(?))";

    /** With more, the queue is locked: all sessions share a table of some thousand locks. */
    private static final int MOST_KEYS = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final InstantSource clock;
    private final Consumer<String> wake;

    /**
     * Enqueues in this database.
     *
     * @param clock of the windows of unique jobs
     * @param wake told the name of a queue that has more jobs, after they are committed
     */
    public Jobs(DataSource dataSource, InstantSource clock, Consumer<String> wake) {
        this.jdbc = new FreshPlans(dataSource);
        this.transaction = new TransactionTemplate(new Transactions(dataSource));
        this.clock = clock;
        this.wake = wake;
    }

    /** A job that is due now. */
    public void enqueue(String queue, byte @Nullable [] payload) {
        enqueue(JobOptions.of(queue), List.of(NewJob.of(payload)));
    }

    /**
     * All of them in one statement; two if they are unique.
     *
     * @return the ids of those that were enqueued: fewer than given only if they are to be unique and some are not
     */
    public List<Long> enqueue(JobOptions options, List<NewJob> jobs) {
        if (jobs.isEmpty()) {
            return List.of();
        }
        UUID[] keys = jobs.stream().map(job -> key(options, job)).toArray(UUID[]::new);
        List<Long> enqueued = options.unique() == null
                ? insert(options, jobs, keys)
                : Objects.requireNonNull(transaction.execute(status -> {
                    lock(options.queue(), keys);
                    return insert(options, jobs, keys);
                }));
        if (!enqueued.isEmpty()) {
            afterCommit(() -> wake.accept(options.queue()));
        }
        return enqueued;
    }

    private void lock(String queue, @Nullable UUID[] keys) {
        boolean single = keys.length <= MOST_KEYS;
        jdbc.query(
                single ? LOCK_KEYS : LOCK_QUEUE,
                statement -> {
                    statement.setString(1, queue);
                    if (single) {
                        statement.setArray(2, statement.getConnection().createArrayOf("uuid", keys));
                    }
                },
                row -> {});
    }

    private List<Long> insert(JobOptions options, List<NewJob> jobs, @Nullable UUID[] keys) {
        return jdbc.query(INSERT, statement -> set(statement, options, jobs, keys), (row, number) -> row.getLong(1));
    }

    private void set(PreparedStatement statement, JobOptions options, List<NewJob> jobs, @Nullable UUID[] keys)
            throws SQLException {
        Connection connection = statement.getConnection();
        statement.setString(1, options.queue());
        statement.setInt(2, options.priority());
        setTime(statement, 3, options.scheduledAt());
        statement.setObject(4, options.maxAttempts(), Types.INTEGER);
        statement.setArray(
                5,
                connection.createArrayOf(
                        "text", jobs.stream().map(Jobs::headers).toArray()));
        statement.setArray(
                6,
                connection.createArrayOf(
                        "bytea", jobs.stream().map(NewJob::payload).toArray(byte[][]::new)));
        statement.setArray(7, connection.createArrayOf("uuid", keys));
        JobOptions.Unique unique = options.unique();
        Duration period = unique == null ? null : unique.period();
        setTime(statement, 8, period == null ? null : clock.instant().minus(period));
        Object[] states = unique == null
                ? new Object[0]
                : unique.states().stream().map(JobState::toString).toArray();
        statement.setArray(9, connection.createArrayOf("text", states));
    }

    private static void setTime(PreparedStatement statement, int index, @Nullable Instant time) throws SQLException {
        statement.setObject(index, time == null ? null : time.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    private static @Nullable String headers(NewJob job) {
        if (job.headers().isEmpty()) {
            return null;
        }
        Map<String, String> storable = new LinkedHashMap<>();
        job.headers().forEach((name, value) -> storable.put(Headers.storable(name), Headers.storable(value)));
        try {
            return JSON.writeValueAsString(storable);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable UUID key(JobOptions options, NewJob job) {
        if (options.unique() == null) {
            return null;
        }
        ByteArrayOutputStream same = new ByteArrayOutputStream();
        same.writeBytes((options.queue() + '\0').getBytes(StandardCharsets.UTF_8));
        if (job.sameAs() != null) {
            same.writeBytes(job.sameAs().getBytes(StandardCharsets.UTF_8));
        } else if (job.payload() != null) {
            same.writeBytes(job.payload());
        }
        return UUID.nameUUIDFromBytes(same.toByteArray());
    }

    private static void afterCommit(Runnable action) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            action.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }
}

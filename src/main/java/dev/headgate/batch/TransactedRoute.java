package dev.headgate.batch;

import dev.headgate.database.Transactions;
import dev.headgate.deadletter.DeadLetters;
import dev.headgate.deadletter.HeldKeys;
import dev.headgate.ledger.LedgerTable;
import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import dev.headgate.message.Rejection;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A route in one database transaction for each attempt, with what makes its effects exactly once: the keys of the batch are
 * inserted first, then its rejected messages are stored as dead letters, then the steps run, then all of it commits.
 *
 * <p>Steps that use the same data source join the transaction, with the step {@code transacted} or without; whatever fails
 * takes all of it back. Thread-safe: each lane has a transaction of its own.
 */
final class TransactedRoute implements RouteWriter.Route {

    private final RouteWriter.Route route;
    private final boolean databaseOnly;
    private final @Nullable BatchRelation relation;
    private final JdbcTemplate jdbc;
    /** A transaction of its own, or a savepoint in that of {@link #together}. */
    private final TransactionTemplate transaction;

    private final TransactionTemplate outer;
    private final LedgerTable ledger;
    private final DeadLetters deadLetters;
    private final HeldKeys heldKeys;

    /**
     * @param databaseOnly whether a savepoint takes back all that the steps do
     * @param relation what the steps read the batch from, if they do
     */
    TransactedRoute(
            RouteWriter.Route route, DataSource database, boolean databaseOnly, @Nullable BatchRelation relation) {
        this.route = route;
        this.databaseOnly = databaseOnly;
        this.relation = relation;
        this.jdbc = new JdbcTemplate(database);
        this.outer = new TransactionTemplate(new Transactions(database));
        this.transaction = new TransactionTemplate(Objects.requireNonNull(outer.getTransactionManager()));
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        this.ledger = new LedgerTable(database);
        this.deadLetters = new DeadLetters(database, InstantSource.system());
        this.heldKeys = new HeldKeys(database);
    }

    @Override
    public @Nullable Throwable send(Batch batch) {
        boolean isPart = TransactionSynchronizationManager.isActualTransactionActive();
        return in(transaction, () -> {
            if (!isPart) {
                prepare();
            }
            claim(batch);
            return run(batch, isPart);
        });
    }

    @Override
    public @Nullable Throwable probe(Batch batch) {
        Throwable takenBack = new IllegalStateException("taken back");
        @Nullable
        Throwable failure = in(outer, () -> {
            prepare();
            claim(batch);
            Throwable refused = run(batch, false);
            if (refused == null) {
                jdbc.execute("set constraints all immediate");
            }
            return refused == null ? takenBack : refused;
        });
        return failure == takenBack ? null : failure;
    }

    @Override
    public boolean takesAttemptsTogether() {
        return databaseOnly;
    }

    @Override
    public @Nullable Throwable together(Batch all, Function<RouteWriter.Route, @Nullable Throwable> attempts) {
        return in(outer, () -> {
            prepare();
            if (!hasDistinctKeys(all)) {
                return attempts.apply(this);
            }
            claim(all);
            Set<Message> open = new LinkedHashSet<>(all.freshMessages());
            @Nullable Throwable failure = attempts.apply(part -> sendClaimed(part, open));
            if (failure == null) {
                ledger.withdraw(open);
            }
            return failure;
        });
    }

    /** The keys of all parts are claimed by one statement before them, and its refusals cost the ledger none. */
    private @Nullable Throwable sendClaimed(Batch part, Set<Message> open) {
        @Nullable
        Throwable failure = in(transaction, () -> {
            part.claimed(open::contains);
            return run(part, true);
        });
        if (failure == null) {
            part.freshMessages().forEach(open::remove);
        }
        return failure;
    }

    /** Where two messages have one key, which of them is new depends on what becomes of the first. */
    private static boolean hasDistinctKeys(Batch batch) {
        Set<PipelineKey> keys = new HashSet<>(batch.getSize() * 2);
        return batch.messages().stream()
                .allMatch(message -> keys.add(new PipelineKey(message.pipeline(), message.idempotencyKey())));
    }

    /** Sees to the relation of the session; before anything else in the transaction. */
    private void prepare() {
        BatchRelation wanted = relation;
        if (wanted != null) {
            jdbc.execute((ConnectionCallback<@Nullable Void>) connection -> wanted.prepare(connection));
        }
    }

    /**
     * Runs the steps; before the first, puts what is to be applied into the relation, instead of what other parts of the
     * transaction have put there.
     */
    private @Nullable Throwable run(Batch batch, boolean isPart) {
        BatchRelation wanted = relation;
        if (wanted == null) {
            return route.send(batch);
        }
        batch.beforeSteps(() -> jdbc.execute(
                (ConnectionCallback<@Nullable Void>) connection -> wanted.fill(connection, batch, isPart)));
        @Nullable Throwable failure = route.send(batch);
        return failure == null && !batch.haveStepsBegun()
                ? new IllegalStateException("No step of the route has begun, and so none has read the relation batch")
                : failure;
    }

    /** Null if the work answers null and has been committed, else what failed; then it has been rolled back. */
    private static @Nullable Throwable in(TransactionTemplate transaction, Supplier<@Nullable Throwable> work) {
        @Nullable Throwable[] failure = new Throwable[1];
        try {
            transaction.executeWithoutResult(status -> {
                failure[0] = work.get();
                if (failure[0] != null) {
                    status.setRollbackOnly();
                }
            });
        } catch (RuntimeException e) {
            // A rollback that fails, as on a broken connection, says less than what was to be rolled back.
            return failure[0] == null ? e : failure[0];
        }
        return failure[0];
    }

    /**
     * Inserts the keys of the messages in one statement, in key order, and lets those through that were new; stores the
     * rejected messages as dead letters, and closes those whose replays are here. Where the endpoint says {@code
     * onReject=hold-key}, a message that comes behind an open dead letter of its key becomes one itself.
     *
     * <p>A message whose key stands for another content is in conflict: with {@code onConflict=dead-letter} it becomes a dead
     * letter, else it is a duplicate like others.
     *
     * <p>Waits for a concurrent transaction that claimed one of the keys, or is just replaying one of the dead letters.
     */
    private void claim(Batch batch) {
        if (batch.policy().holdsKeys()) {
            heldKeys.hold(batch.name(), batch.messages(), ledger::applied);
        }
        Map<String, List<Message>> candidates = batch.messages().stream()
                .filter(message -> message.rejection() == null)
                .collect(Collectors.groupingBy(Message::pipeline, TreeMap::new, Collectors.toList()));
        Set<PipelineKey> fresh = new HashSet<>(batch.getSize() * 2);
        candidates.forEach((pipeline, messages) ->
                ledger.insert(pipeline, messages, key -> fresh.add(new PipelineKey(pipeline, key))));
        // Removing the key lets only the first of two equal ones through.
        batch.claimed(message -> fresh.remove(new PipelineKey(message.pipeline(), message.idempotencyKey())));
        findConflicts(batch);
        deadLetters.store(batch.rejected(), batch.policy().deadLetterDestination());
        deadLetters.settle(batch.messages().stream()
                .filter(message -> !batch.isRejected(message) || message.isPartOfReplay())
                .toList());
    }

    /** Asks only if there are duplicates. */
    private void findConflicts(Batch batch) {
        batch.messages().forEach(message -> message.conflict(null));
        if (batch.duplicates() == 0) {
            return;
        }
        Set<Message> fresh = new HashSet<>(batch.freshMessages());
        List<Message> duplicates = batch.messages().stream()
                .filter(message -> message.rejection() == null && !fresh.contains(message))
                .toList();
        ledger.conflicts(
                duplicates,
                (message, used) ->
                        message.conflict(new Rejection(batch.name(), "id used before with other content", used, 1)));
    }
}

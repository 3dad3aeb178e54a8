package dev.headgate.batch;

import dev.headgate.database.Transactions;
import dev.headgate.deadletter.DeadLetters;
import dev.headgate.deadletter.HeldKeys;
import dev.headgate.ledger.LedgerTable;
import dev.headgate.ledger.LedgerTable.NewKeys;
import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import dev.headgate.message.Rejection;
import dev.headgate.position.LaneAttempt;
import dev.headgate.position.LanePlace;
import dev.headgate.position.LanePosition;
import dev.headgate.position.Outcome;
import dev.headgate.position.PositionTable;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
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
    /** A savepoint in that of {@link #together}. */
    private final TransactionTemplate transaction;

    private final TransactionTemplate outer;
    private final LedgerTable ledger;
    private final PositionTable positions;
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
        this.positions = new PositionTable(database);
        this.deadLetters = new DeadLetters(database, InstantSource.system());
        this.heldKeys = new HeldKeys(database);
    }

    @Override
    public @Nullable Throwable send(Batch batch) {
        return moving(batch, () -> {
            claim(batch, new HashSet<>());
            @Nullable Throwable failure = run(batch, false);
            if (failure == null) {
                move(List.of(batch));
            }
            return failure;
        });
    }

    @Override
    public @Nullable Throwable probe(Batch batch) {
        Throwable takenBack = new IllegalStateException("taken back");
        @Nullable
        Throwable failure = in(outer, () -> {
            prepare();
            positions.resolve(lanes(batch));
            claim(batch, new HashSet<>());
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
        return moving(all, () -> {
            List<Batch> succeeded = new ArrayList<>();
            @Nullable Throwable failure;
            if (hasDistinctKeys(all)) {
                claim(all, new HashSet<>());
                Set<Message> open = new LinkedHashSet<>(all.freshMessages());
                failure = attempts.apply(part -> noted(part, sendClaimed(part, open), succeeded));
                if (failure == null) {
                    ledger.withdraw(
                            open.stream().filter(TransactedRoute::isKeyed).toList());
                }
            } else {
                Set<LaneOffset> written = new HashSet<>();
                failure = attempts.apply(part -> noted(part, sendPart(part, written), succeeded));
            }
            if (failure == null) {
                move(succeeded);
            }
            return failure;
        });
    }

    private @Nullable Throwable sendPart(Batch part, Set<LaneOffset> written) {
        Set<LaneOffset> withIt = new HashSet<>(written);
        @Nullable
        Throwable failure = in(transaction, () -> {
            claim(part, withIt);
            return run(part, true);
        });
        if (failure == null) {
            written.addAll(withIt);
        }
        return failure;
    }

    private static @Nullable Throwable noted(Batch part, @Nullable Throwable failure, List<Batch> succeeded) {
        if (failure == null) {
            succeeded.add(part);
        }
        return failure;
    }

    /**
     * Runs the work in a transaction of its own, at whose end it {@linkplain #move moves} positions. Where the end of an
     * earlier one is not known, as its commit was not answered, the database is asked first.
     */
    private @Nullable Throwable moving(Batch batch, Supplier<@Nullable Throwable> work) {
        Set<LanePosition> lanes = lanes(batch);
        @Nullable
        Throwable failure = in(outer, () -> {
            prepare();
            positions.resolve(lanes);
            return work.get();
        });
        if (failure == null) {
            lanes.forEach(LanePosition::confirm);
        }
        return failure;
    }

    private static Set<LanePosition> lanes(Batch batch) {
        Set<LanePosition> lanes = new LinkedHashSet<>();
        for (Message message : batch.messages()) {
            LanePlace place = place(message);
            if (place != null) {
                lanes.add(place.lane());
            }
        }
        return lanes;
    }

    private static @Nullable LanePlace place(Message message) {
        return (LanePlace) message.lanePlace();
    }

    /** The positions of partitions behind what ends with this transaction. */
    private void move(List<Batch> written) {
        Map<LanePosition, LaneAttempt> attempts = new LinkedHashMap<>();
        for (Batch batch : written) {
            Set<Message> fresh = Collections.newSetFromMap(new IdentityHashMap<>());
            boolean allFresh = batch.duplicates() == 0;
            if (!allFresh) {
                fresh.addAll(batch.freshMessages());
            }
            for (Message message : batch.messages()) {
                LanePlace place = place(message);
                if (place != null) {
                    Outcome outcome = allFresh || fresh.contains(message) ? Outcome.APPLIED : Outcome.DUPLICATE;
                    attempts.computeIfAbsent(place.lane(), lane -> new LaneAttempt())
                            .add(place, batch.isRejected(message) ? Outcome.DEAD_LETTER : outcome);
                }
            }
        }
        positions.write(attempts);
    }

    private static boolean isKeyed(Message message) {
        LanePlace place = place(message);
        return place == null || place.keyed();
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

    /** What has no key in the ledger is new unless its position says that it has ended; one that is delivered twice is new once. */
    private static boolean isNewByPosition(Message message, Set<LaneOffset> seen) {
        LanePlace place = place(message);
        return place != null && !place.isApplied() && seen.add(new LaneOffset(place.lane(), place.offset()));
    }

    private record LaneOffset(LanePosition lane, long offset) {}

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
     * <p>With {@code idempotency=positions} the ledger gets no keys but those of parts and replays.
     *
     * <p>Waits for a concurrent transaction that claimed one of the keys, or is just replaying one of the dead letters.
     *
     * @param seen what this transaction has written by position; gets what is new
     */
    private void claim(Batch batch, Set<LaneOffset> seen) {
        if (batch.policy().holdsKeys()) {
            heldKeys.hold(batch.name(), batch.messages(), this::applied);
        }
        Predicate<Message> keyed = batch.policy().keyed() ? message -> true : TransactedRoute::isKeyed;
        Map<String, List<Message>> candidates = batch.messages().stream()
                .filter(message -> message.rejection() == null && keyed.test(message))
                .collect(Collectors.groupingBy(Message::pipeline, TreeMap::new, Collectors.toList()));
        Map<String, NewKeys> fresh = new HashMap<>();
        candidates.forEach((pipeline, messages) -> fresh.put(pipeline, ledger.insert(pipeline, messages)));
        batch.claimed(message -> keyed.test(message)
                ? Objects.requireNonNull(fresh.get(message.pipeline())).take(message.idempotencyKey())
                : isNewByPosition(message, seen));
        findConflicts(batch);
        deadLetters.store(batch.rejected(), batch.policy().deadLetterDestination());
        deadLetters.settle(batch.messages().stream()
                .filter(message -> !batch.isRejected(message) || message.isPartOfReplay())
                .toList());
    }

    private Set<Message> applied(List<Message> messages) {
        Set<Message> applied = ledger.applied(
                messages.stream().filter(TransactedRoute::isKeyed).toList());
        messages.stream()
                .filter(message -> !isKeyed(message) && isAppliedByPosition(message))
                .forEach(applied::add);
        return applied;
    }

    private static boolean isAppliedByPosition(Message message) {
        LanePlace place = place(message);
        return place != null && place.isApplied();
    }

    /** Asks only if there are duplicates. */
    private void findConflicts(Batch batch) {
        batch.messages().forEach(message -> message.conflict(null));
        if (batch.duplicates() == 0) {
            return;
        }
        Set<Message> fresh = new HashSet<>(batch.freshMessages());
        List<Message> duplicates = batch.messages().stream()
                .filter(message -> message.rejection() == null && !fresh.contains(message) && isKeyed(message))
                .toList();
        if (duplicates.isEmpty()) {
            return;
        }
        ledger.conflicts(
                duplicates,
                (message, used) ->
                        message.conflict(new Rejection(batch.name(), "id used before with other content", used, 1)));
    }
}

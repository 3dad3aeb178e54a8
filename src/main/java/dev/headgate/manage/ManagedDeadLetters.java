package dev.headgate.manage;

import dev.headgate.deadletter.ConsumedSources;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.ReplayPlan;
import dev.headgate.deadletter.ReplayReport;
import dev.headgate.deadletter.Replayer;
import dev.headgate.deadletter.Selection;
import dev.headgate.failure.Failure;
import dev.headgate.manage.meters.TableQueries;
import dev.headgate.manage.meters.TableQueries.Open;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters in JMX, and what a person decides about one, or those of one reason. Each look asks the database. Thread-safe.
 */
@ManagedResource(description = "Dead letters that nobody has decided about, replays under way included")
public final class ManagedDeadLetters {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedDeadLetters.class);
    /** What takes longer goes on after the answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final CamelContext context;
    private final DataSource dataSource;
    private final TableQueries tables;
    private final int maxReplays;
    private @Nullable ProducerTemplate template;
    private @Nullable CompletableFuture<ReplayReport> underWay;

    ManagedDeadLetters(CamelContext context, DataSource dataSource, TableQueries tables, int maxReplays) {
        this.context = context;
        this.dataSource = dataSource;
        this.tables = tables;
        this.maxReplays = maxReplays;
    }

    @ManagedAttribute(description = "How many; counted up to 100,000")
    public long getOpen() throws SQLException {
        return tables.ask().deadLetters().stream().mapToLong(Open::messages).sum();
    }

    @ManagedAttribute(description = "How many, by pipeline and reason")
    public Map<String, Map<String, Long>> getReasons() throws SQLException {
        Map<String, Map<String, Long>> reasons = new TreeMap<>();
        for (Open open : tables.ask().deadLetters()) {
            reasons.computeIfAbsent(open.pipeline(), pipeline -> new TreeMap<>())
                    .put(open.reason(), open.messages());
        }
        return reasons;
    }

    @ManagedOperation(
            description = "Sends those of a pipeline and reason to their source again, one first, the others if that is"
                    + " applied; says what came of it, or after 5 s that it goes on")
    public String replay(String pipeline, String reason) throws InterruptedException {
        return replay(selection(pipeline, reason), "%s (%s)".formatted(pipeline, reason));
    }

    @ManagedOperation(description = "Sends one to its source again; says what came of it, or after 5 s that it goes on")
    public String replayLetter(long id) throws InterruptedException {
        return replay(selection(id), "dead letter " + id);
    }

    private synchronized String replay(Selection selection, String which) throws InterruptedException {
        if (underWay != null && !underWay.isDone()) {
            throw new IllegalStateException("a replay is under way in this process: ask again when it has ended");
        }
        ConsumedSources consumed = ConsumedSources.in(context);
        ReplayPlan plan = Replayer.plan(dataSource, selection, consumed, maxReplays);
        if (plan.letters().isEmpty()) {
            return "None of them can be replayed here: `headgate dead-letters replay --dry-run` says why.";
        }
        if (template == null) {
            template = context.createProducerTemplate();
        }
        Replayer replayer = new Replayer(dataSource, template, consumed, maxReplays);
        CompletableFuture<ReplayReport> replay = CompletableFuture.supplyAsync(
                () -> replayer.replay(plan, Integer.MAX_VALUE, Replayer.PATIENCE, progress -> {}),
                task -> start(task, which));
        underWay = replay;
        CompletableFuture<String> said = replay.handle((report, failure) -> {
            String outcome = failure == null ? outcome(report) : "The replay failed: " + Failure.summary(failure);
            LOG.info("Replay of {}: {}", which, outcome);
            return outcome;
        });
        try {
            return said.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return "Replaying %d; it goes on, and the log says what comes of it."
                    .formatted(plan.letters().size());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @ManagedOperation(
            description =
                    "Discards those of a pipeline and reason: they stay, with why, until their retention has passed")
    public String discard(String pipeline, String reason, String why) {
        return discard(selection(pipeline, reason), "%s (%s)".formatted(pipeline, reason), why);
    }

    @ManagedOperation(description = "Discards one: it stays, with why, until its retention has passed")
    public String discardLetter(long id, String why) {
        return discard(selection(id), "dead letter " + id, why);
    }

    private String discard(Selection selection, String which, String why) {
        if (why.isBlank()) {
            throw new IllegalArgumentException("say why: it is kept with each");
        }
        int discarded = new DeadLetterTable(dataSource).discard(selection, why);
        LOG.info("Discarded {} of {}: {}", discarded, which, why);
        return "Discarded %d.".formatted(discarded);
    }

    private static Selection selection(String pipeline, String reason) {
        return new Selection(List.of(), DeadLetter.State.DEAD, pipeline, reason, null, null, null);
    }

    private static Selection selection(long id) {
        return new Selection(List.of(id), DeadLetter.State.DEAD, null, null, null, null, null);
    }

    private static String outcome(ReplayReport report) {
        return "Replayed %d: %d applied, %d refused again, %d not heard of, %d left."
                .formatted(report.sent(), report.applied(), report.refused(), report.unknown(), report.left());
    }

    private static void start(Runnable task, String which) {
        Thread thread = new Thread(task, "replay:" + which);
        thread.setDaemon(true);
        thread.start();
    }
}

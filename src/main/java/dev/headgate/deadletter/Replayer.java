package dev.headgate.deadletter;

import dev.headgate.HeadgateException;
import dev.headgate.database.Installation;
import dev.headgate.database.Transactions;
import dev.headgate.kafka.RecordSender;
import dev.headgate.message.AsItCame;
import dev.headgate.message.ExchangeBulk;
import dev.headgate.message.Headers;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import dev.headgate.sqs.BulkMessage;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends dead letters to where they came from, in the order of their ids, as they came, with a header that says which they
 * are; they then pass their pipeline as any message does.
 *
 * <p>A few at once: locked, sent, confirmed by their source, marked as replayed, committed. After a crash in between
 * they are sent again; the ledger applies them once. Thread-safe, in any number of processes.
 */
public final class Replayer {

    /** How long nothing may be heard of replays before no more are sent. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int AT_ONCE = 500;
    /** Many enough that a pipeline never waits for more, few enough to be refused again for nothing. */
    private static final int MOST_UNDER_WAY = 5_000;

    private static final long BYTES_AT_ONCE = 8L * 1024 * 1024;
    private static final int RELEASED_AT_ONCE = 1_000;

    private final ReplayQueries queries;
    private final TransactionTemplate transaction;
    private final ProducerTemplate template;
    private final ReplaySeal seal;

    /**
     * @param template sends through components that are set up as those of the pipelines
     * @param consumed the sources that may be sent to
     * @param maxReplays how often one message may be replayed
     */
    public Replayer(
            DataSource dataSource, ProducerTemplate template, Predicate<SourcePosition> consumed, int maxReplays) {
        this.queries = new ReplayQueries(dataSource, consumed, maxReplays);
        this.seal = new ReplaySeal(() -> Installation.read(dataSource).secret());
        this.transaction = new TransactionTemplate(new Transactions(dataSource));
        this.template = template;
    }

    /** What a replay of the selection would send now; changes nothing. */
    public static ReplayPlan plan(
            DataSource dataSource, Selection selection, Predicate<SourcePosition> consumed, int maxReplays) {
        return new ReplayQueries(dataSource, consumed, maxReplays).plan(selection);
    }

    /**
     * Replays what is planned, and looks what becomes of it: of each reason one first, the others when one of it was applied,
     * none any more when one is refused again ({@link ReplayReport.Stop}). What is no longer dead, because someone else was
     * faster, is passed over. Returns when it is known what has become of all that were sent, or nothing was heard of them
     * for so long.
     *
     * @param perSecond how many at most
     * @param patience how long nothing may be heard
     * @param progress told how far it is, after each few
     * @throws HeadgateException if the source does not take them; those told to {@code progress} stay replayed
     */
    public ReplayReport replay(ReplayPlan plan, int perSecond, Duration patience, Consumer<ReplayReport> progress) {
        RateLimiter rate = rate(perSecond);
        ReplayRun.Pipelines pipelines = new ReplayRun.Pipelines() {
            @Override
            public List<Long> send(List<ReplayPlan.Letter> letters) {
                List<Long> sent = new ArrayList<>();
                for (List<Long> chunk : chunks(letters, Math.min(AT_ONCE, perSecond))) {
                    sent.addAll(resend(chunk, rate));
                }
                return sent;
            }

            @Override
            public Map<Long, ReplayRun.Outcome> outcomes(Collection<Long> ids) {
                return queries.outcomes(ids);
            }
        };
        return new ReplayRun(pipelines, plan.letters(), Math.min(AT_ONCE, perSecond), MOST_UNDER_WAY, patience)
                .run(progress);
    }

    /**
     * Sends all that is planned, whatever becomes of it, as {@link #replay} does.
     *
     * @param progress told how many were sent so far, after each few
     * @return how many were sent
     */
    public long send(ReplayPlan plan, int perSecond, LongConsumer progress) {
        RateLimiter rate = rate(perSecond);
        long sent = 0;
        for (List<Long> chunk : chunks(plan.letters(), Math.min(AT_ONCE, perSecond))) {
            sent += resend(chunk, rate).size();
            progress.accept(sent);
        }
        return sent;
    }

    private static RateLimiter rate(int perSecond) {
        return RateLimiter.of(
                "replay",
                RateLimiterConfig.custom()
                        .limitForPeriod(perSecond)
                        .limitRefreshPeriod(Duration.ofSeconds(1))
                        .timeoutDuration(Duration.ofMinutes(1))
                        .build());
    }

    private List<Long> resend(List<Long> ids, RateLimiter rate) {
        if (!rate.acquirePermission(ids.size())) {
            throw new HeadgateException("Interrupted while replaying.");
        }
        return resend(ids);
    }

    /** Sends the held ones that nothing of their key stands before any more; returns how many. */
    public long release() {
        long sent = 0;
        List<ReplayPlan.Letter> free;
        do {
            free = queries.releasable(RELEASED_AT_ONCE);
            for (List<Long> chunk : chunks(free, AT_ONCE)) {
                sent += resend(chunk).size();
            }
        } while (free.size() == RELEASED_AT_ONCE);
        return sent;
    }

    static List<List<Long>> chunks(List<ReplayPlan.Letter> letters, int atOnce) {
        List<List<Long>> chunks = new ArrayList<>();
        List<Long> chunk = new ArrayList<>();
        long bytes = 0;
        for (ReplayPlan.Letter letter : letters) {
            if (!chunk.isEmpty() && (chunk.size() == atOnce || bytes + letter.bytes() > BYTES_AT_ONCE)) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                bytes = 0;
            }
            chunk.add(letter.id());
            bytes += letter.bytes();
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    /** One transaction; returns those that were sent. */
    private List<Long> resend(List<Long> ids) {
        return Objects.requireNonNull(transaction.execute(status -> {
            List<ReplayQueries.Resent> locked = queries.lock(ids);
            List<ReplayQueries.Resent> letters = locked.stream()
                    .filter(letter -> !(letter.source().whole() instanceof SourcePosition.Outbox
                            || letter.source().whole() instanceof SourcePosition.Job))
                    .toList();
            List<ReplayQueries.Resent> jobs = from(locked, SourcePosition.Job.class);
            List<ReplayQueries.Resent> notYet = new ArrayList<>(jobs);
            queries.toOutbox(from(locked, SourcePosition.Outbox.class));
            notYet.removeAll(queries.toJobs(jobs, this::seal));
            int from = 0;
            for (int i = 1; i <= letters.size(); i++) {
                if (i == letters.size() || !target(letters.get(i)).equals(target(letters.get(from)))) {
                    send(target(letters.get(from)), letters.subList(from, i));
                    from = i;
                }
            }
            List<Long> sent = locked.stream()
                    .filter(letter -> !notYet.contains(letter))
                    .map(ReplayQueries.Resent::id)
                    .toList();
            queries.mark(sent);
            return sent;
        }));
    }

    private static List<ReplayQueries.Resent> from(
            List<ReplayQueries.Resent> letters, Class<? extends SourcePosition> source) {
        return letters.stream()
                .filter(letter -> source.isInstance(letter.source().whole()))
                .toList();
    }

    private String seal(ReplayQueries.Resent letter) {
        return seal.seal(letter.id(), letter.pipeline(), letter.source(), letter.payload());
    }

    /** The endpoint that takes it back. */
    private static String target(ReplayQueries.Resent letter) {
        if (letter.source().whole() instanceof SourcePosition.Kafka kafka) {
            return "kafka:" + kafka.topic();
        }
        if (letter.source().whole() instanceof SourcePosition.Sqs sqs) {
            return "aws2-sqs:" + sqs.queue();
        }
        throw new HeadgateException("Dead letter " + letter.id() + " came from " + letter.source()
                + ", which is neither a topic of Kafka nor a queue of SQS: it cannot be sent there again.");
    }

    /** Returns when the source has confirmed all. */
    private void send(String target, List<ReplayQueries.Resent> letters) {
        Throwable failure = letters.get(0).source().whole() instanceof SourcePosition.Kafka
                ? toKafka(letters)
                : toSqs(target, letters);
        if (failure != null) {
            throw new HeadgateException(
                    (target.startsWith("kafka:") ? "Kafka" : "SQS") + " did not take the dead letters from "
                            + letters.get(0).id() + " on for " + target + " (" + failure.getMessage()
                            + "): they stay dead; mend that, and replay them again.",
                    failure);
        }
    }

    private @Nullable Throwable toKafka(List<ReplayQueries.Resent> letters) {
        try {
            RecordSender.of(template.getCamelContext())
                    .send(letters.stream().map(this::outgoing).toList());
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    /** To the partition it came from, wherever a partitioner would put its key. */
    private RecordSender.Outgoing outgoing(ReplayQueries.Resent letter) {
        SourcePosition.Kafka source = (SourcePosition.Kafka) letter.source().whole();
        List<AsItCame.Header> headers = new ArrayList<>(letter.keyAndHeaders().headers());
        headers.add(new AsItCame.Header(Headers.REPLAY, seal(letter).getBytes(StandardCharsets.US_ASCII)));
        return new RecordSender.Outgoing(
                source.topic(),
                source.partition(),
                new AsItCame(letter.keyAndHeaders().key(), headers),
                letter.payload());
    }

    private @Nullable Throwable toSqs(String target, List<ReplayQueries.Resent> letters) {
        ExchangeBulk bulk =
                new ExchangeBulk(letters.stream().map(this::exchange).toList());
        Exchange sent = template.send(target, exchange -> exchange.getMessage().setBody(bulk));
        return sent.getException() == null ? bulk.failure().orElse(null) : sent.getException();
    }

    private Exchange exchange(ReplayQueries.Resent letter) {
        Exchange exchange = new DefaultExchange(template.getCamelContext());
        Message message = exchange.getMessage();
        message.setBody(letter.payload());
        letter.keyAndHeaders().headers().forEach(header -> {
            if (Headers.isOwn(header.name())) {
                message.setHeader(header.name(), header.value());
            }
        });
        message.setHeader(Headers.REPLAY, seal(letter));
        byte[] group = letter.keyAndHeaders().key();
        if (group != null) {
            message.setHeader(KafkaConstants.KEY, new String(group, StandardCharsets.UTF_8));
        }
        BulkMessage.asReplay(exchange);
        return exchange;
    }
}

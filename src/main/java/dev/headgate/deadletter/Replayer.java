package dev.headgate.deadletter;

import dev.headgate.HeadgateException;
import dev.headgate.database.Installation;
import dev.headgate.database.Transactions;
import dev.headgate.message.ExchangeBulk;
import dev.headgate.message.Headers;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import dev.headgate.sqs.BulkMessage;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends dead letters to where they came from, in the order of their ids, as they came, with a header that says which they
 * are; they then pass their pipeline as any message does.
 *
 * <p>A few at once: locked, sent, confirmed by their source, marked as replayed, committed. After a crash in between
 * they are sent again; the ledger applies them once. Thread-safe, in any number of processes.
 */
public final class Replayer {

    private static final int AT_ONCE = 100;
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
     * Replays what is planned; what is no longer dead, because someone else was faster, is passed over.
     *
     * @param perSecond how many at most
     * @param progress told how many have been replayed so far, after each few
     * @return how many were replayed
     * @throws HeadgateException if the source does not take them; those told to {@code progress} stay replayed
     */
    public long replay(ReplayPlan plan, int perSecond, LongConsumer progress) {
        RateLimiter rate = RateLimiter.of(
                "replay",
                RateLimiterConfig.custom()
                        .limitForPeriod(perSecond)
                        .limitRefreshPeriod(Duration.ofSeconds(1))
                        .timeoutDuration(Duration.ofMinutes(1))
                        .build());
        long sent = 0;
        for (List<Long> chunk : chunks(plan.letters(), Math.min(AT_ONCE, perSecond))) {
            if (!rate.acquirePermission(chunk.size())) {
                throw new HeadgateException("Interrupted while replaying.");
            }
            sent += resend(chunk);
            progress.accept(sent);
        }
        return sent;
    }

    /** Sends the held ones that nothing of their key stands before any more; returns how many. */
    public long release() {
        long sent = 0;
        List<ReplayPlan.Letter> free;
        do {
            free = queries.releasable(RELEASED_AT_ONCE);
            for (List<Long> chunk : chunks(free, AT_ONCE)) {
                sent += resend(chunk);
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

    /** One transaction; returns how many. */
    private int resend(List<Long> ids) {
        return Objects.requireNonNull(transaction.execute(status -> {
            List<ReplayQueries.Resent> locked = queries.lock(ids);
            List<ReplayQueries.Resent> letters = locked.stream()
                    .filter(letter -> !(letter.source().whole() instanceof SourcePosition.Outbox
                            || letter.source().whole() instanceof SourcePosition.Job))
                    .toList();
            queries.toOutbox(from(locked, SourcePosition.Outbox.class));
            queries.toJobs(from(locked, SourcePosition.Job.class), this::seal);
            int from = 0;
            for (int i = 1; i <= letters.size(); i++) {
                if (i == letters.size() || !target(letters.get(i)).equals(target(letters.get(from)))) {
                    send(target(letters.get(from)), letters.subList(from, i));
                    from = i;
                }
            }
            queries.mark(locked.stream().map(ReplayQueries.Resent::id).toList());
            return locked.size();
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
        ExchangeBulk bulk =
                new ExchangeBulk(letters.stream().map(this::exchange).toList());
        Exchange sent = template.send(target, exchange -> exchange.getMessage().setBody(bulk));
        Throwable failure = sent.getException() == null ? bulk.failure().orElse(null) : sent.getException();
        if (failure != null) {
            throw new HeadgateException(
                    (target.startsWith("kafka:") ? "Kafka" : "SQS") + " did not take the dead letters from "
                            + letters.get(0).id() + " on for " + target + " (" + failure.getMessage()
                            + "): they stay dead; mend that, and replay them again.",
                    failure);
        }
    }

    private Exchange exchange(ReplayQueries.Resent letter) {
        Exchange exchange = new DefaultExchange(template.getCamelContext());
        Message message = exchange.getMessage();
        message.setBody(letter.payload());
        letter.headers().forEach((name, value) -> {
            if (Headers.isOwn(name)) {
                message.setHeader(name, value);
            }
        });
        message.setHeader(Headers.REPLAY, seal(letter));
        if (letter.key() != null) {
            message.setHeader(KafkaConstants.KEY, letter.key());
        }
        if (letter.source().whole() instanceof SourcePosition.Kafka kafka) {
            // To the partition it came from, wherever a partitioner would put its key.
            message.setHeader(KafkaConstants.PARTITION_KEY, kafka.partition());
        } else {
            BulkMessage.asReplay(exchange);
        }
        return exchange;
    }
}

package dev.headgate.cli.verify;

import dev.headgate.app.Retrace.Relay;
import dev.headgate.cli.command.Progress;
import dev.headgate.cli.verify.Discrepancy.Examples;
import dev.headgate.cli.verify.Discrepancy.Kind;
import dev.headgate.cli.verify.Discrepancy.Severity;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.kafka.TopicLog;
import dev.headgate.message.Headers;
import dev.headgate.message.SourcePosition;
import dev.headgate.outbox.DeliveredEntries;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/**
 * Whether each delivered entry is in its topic, once, and the entries of a key in their order. What was seen is a bit for
 * each entry; of keys the latest hundred thousand of a partition are remembered.
 */
final class OutboxProof {

    /** What waits for so long does not only wait for its turn. */
    private static final Duration LONG = Duration.ofMinutes(10);

    /** An entry is marked after it is sent: around the beginning of a topic it is not known whether its record was kept. */
    private static final Duration BETWEEN_SENT_AND_MARKED = Duration.ofMinutes(10);

    /** A relay's transaction times out after 20 s, which the brokers notice within ten more. */
    private static final Duration A_TRANSACTION = Duration.ofMinutes(1);

    private static final int MOST_PENDING = 100;
    private static final int MOST_KEYS = 100_000;
    private static final int MOST_STEPS = 1_000;

    private record Step(String destinationAndId, String position, String key) {}

    private final DeliveredEntries entries;
    private final DeadLetterTable deadLetters;
    private final Options options;
    private final List<DestinationAccount> accounts = new ArrayList<>();
    private final List<Discrepancy> found = new ArrayList<>();

    OutboxProof(DeliveredEntries entries, DeadLetterTable deadLetters, Options options) {
        this.entries = entries;
        this.deadLetters = deadLetters;
        this.options = options;
    }

    List<DestinationAccount> accounts() {
        return accounts;
    }

    List<Discrepancy> found() {
        return found;
    }

    /** Entries that wait, wherever they are sent to. */
    long pending(Relay relay) {
        Examples waiting = new Examples();
        entries.pending(relay.destination(), options.pipeline(), LONG, MOST_PENDING)
                .forEach(entry -> waiting.add("outbox:%s:%d".formatted(relay.destination(), entry.id()), entry.key()));
        if (!waiting.isEmpty()) {
            found.add(waiting.as(
                    Kind.PENDING,
                    Severity.WARNING,
                    relay.route(),
                    "outbox:" + relay.destination(),
                    "has %d entries"
                            + (waiting.count() == MOST_PENDING ? " at least" : "")
                            + " that wait for more than %d minutes".formatted(LONG.toMinutes()),
                    "see last_error of headgate.outbox, and whether the relay runs."));
        }
        return waiting.count();
    }

    /** Looks at a target that is a topic. */
    void look(Relay relay, String topic, TopicLog log) {
        long pending = pending(relay);
        Instant until = entries.now();
        List<TopicLog.Partition> partitions = partitions(topic, log);
        Instant complete = options.since() == null ? Instant.EPOCH : options.since();
        Topic seen = new Topic(relay);
        boolean readable = true;
        for (TopicLog.Partition partition : partitions) {
            long from = beginning(log, partition);
            Instant first = seen.read(log, partition, from);
            if (from > 0) {
                // Before, it may have been in what is not there any more, or is not looked at.
                Instant known = first == null ? until : first.plus(BETWEEN_SENT_AND_MARKED);
                complete = known.isAfter(complete) ? known : complete;
            }
            readable &= partition.unreadable() == 0 && !partition.compacted();
        }
        long delivered = readable ? seen.delivered(complete, until) : 0;
        if (!readable) {
            found.add(new Discrepancy(
                    Kind.NOT_LOOKED_AT,
                    Severity.NOTE,
                    relay.route(),
                    topic,
                    0,
                    List.of(),
                    "is compacted, or a transaction in it has not ended within %d s, so that not all of it can be read"
                            .formatted(A_TRANSACTION.toSeconds()),
                    "whether delivered entries are missing is not known."));
        }
        seen.say(topic);
        accounts.add(new DestinationAccount(
                relay.destination(),
                topic,
                seen.records,
                seen.own,
                delivered,
                seen.twice.count(),
                seen.missing.count(),
                pending));
    }

    /** As they are at present; what of them is in open transactions can be read when these have ended. */
    private List<TopicLog.Partition> partitions(String topic, TopicLog log) {
        List<TopicLog.Partition> present = log.partitions(null);
        if (present.stream().allMatch(partition -> partition.unreadable() == 0)) {
            return present;
        }
        options.progress().accept("Waiting for the transactions that are open in " + topic + " ...");
        return log.settled(present, A_TRANSACTION);
    }

    private long beginning(TopicLog log, TopicLog.Partition partition) {
        Instant since = options.since();
        long from = since == null ? partition.start() : Math.max(partition.start(), log.offsetAt(partition, since));
        Integer sample = options.sample();
        return sample == null ? from : Math.max(from, partition.end() - sample);
    }

    /** One topic while it is read. */
    private final class Topic {

        private final Relay relay;
        private final SeenIds ids = new SeenIds();
        private final Examples twice = new Examples();
        private final Examples missing = new Examples();
        private final List<Step> steps = new ArrayList<>();
        private long records;
        private long own;

        Topic(Relay relay) {
            this.relay = relay;
        }

        /** The time of the first record; null if there is none. */
        @Nullable
        Instant read(TopicLog log, TopicLog.Partition partition, long from) {
            Map<String, Long> latest = new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                    return size() > MOST_KEYS;
                }
            };
            Progress progress = new Progress(
                    options.progress(), "Looked at " + partition.container() + " to offset", partition.end());
            Instant[] first = {null};
            log.read(partition, from, partition.end(), relay.route(), (offset, time, exchange) -> {
                records++;
                first[0] = first[0] == null ? time : first[0];
                OptionalLong id = id(exchange);
                if (id.isPresent()) {
                    own++;
                    take(id.getAsLong(), partition.container() + "-" + offset, exchange, latest);
                }
                progress.reached(offset);
            });
            return first[0];
        }

        private OptionalLong id(Exchange exchange) {
            String id = exchange.getMessage().getHeader(Headers.MESSAGE_ID, String.class);
            return id == null ? OptionalLong.empty() : entries.id(id);
        }

        private void take(long id, String position, Exchange exchange, Map<String, Long> latest) {
            String key = exchange.getMessage().getHeader(KafkaConstants.KEY, String.class);
            if (!ids.add(id)) {
                twice.add(position, "message-id " + entries.messageId(id));
            } else if (key != null) {
                Long before = latest.get(key);
                if (before == null || before < id) {
                    latest.put(key, id);
                } else if (steps.size() < MOST_STEPS) {
                    steps.add(new Step(new SourcePosition.Outbox(relay.destination(), id).toString(), position, key));
                }
            }
        }

        /** How many are marked as delivered in a time of which the topic has all; those it lacks are counted. */
        long delivered(Instant after, Instant until) {
            long[] delivered = {0};
            if (after.isBefore(until)) {
                entries.delivered(relay.destination(), options.pipeline(), after, until, entry -> {
                    delivered[0]++;
                    if (!ids.contains(entry.id())) {
                        missing.add(
                                "outbox:%s:%d".formatted(relay.destination(), entry.id()),
                                entry.key() == null ? null : "key " + entry.key());
                    }
                });
            }
            return delivered[0];
        }

        void say(String topic) {
            if (!twice.isEmpty()) {
                found.add(
                        relay.exactlyOnce()
                                ? twice.as(
                                        Kind.SENT_TWICE,
                                        Severity.ERROR,
                                        relay.route(),
                                        topic,
                                        "has %d records that repeat an entry, which exactlyOnce excludes",
                                        "see whether a relay of the destination has run without exactlyOnce (--since leaves behind what was sent before it was set), or the topic headgate-relays was deleted; have receivers drop a message-id that they know.")
                                : twice.as(
                                        Kind.SENT_TWICE,
                                        Severity.WARNING,
                                        relay.route(),
                                        topic,
                                        "has %d records that repeat an entry",
                                        "have receivers drop a message-id that they know: a relay that is killed, or stands still, between sending and marking has that one bulk sent again; exactlyOnce of outbox: excludes it."));
            }
            if (!missing.isEmpty()) {
                found.add(
                        missing.as(
                                Kind.NOT_IN_TARGET,
                                relay.plain() ? Severity.ERROR : Severity.WARNING,
                                relay.route(),
                                topic,
                                relay.plain()
                                        ? "lacks %d entries that are marked as delivered"
                                        : "lacks %d entries that are marked as delivered: the relay's route filters them, or they are lost",
                                "send them again: update headgate.outbox set delivered_at = null, attempts = 0 where id is one of them."));
            }
            Examples back = new Examples();
            Set<String> replayed = steps.isEmpty()
                    ? Set.of()
                    : deadLetters.sources(
                            steps.stream().map(Step::destinationAndId).toList());
            steps.stream()
                    .filter(step -> !replayed.contains(step.destinationAndId))
                    .forEach(step -> back.add(step.position, "key " + step.key));
            if (!back.isEmpty()) {
                found.add(
                        back.as(
                                Kind.OUT_OF_ORDER,
                                Severity.ERROR,
                                relay.route(),
                                topic,
                                "has %d records behind a later entry of their key",
                                "see whether one key is written by two pipelines: order is that of the ids, which need not be that of their commits."));
            }
        }
    }
}

package dev.headgate.message;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message on its way through a batch: its bytes, its keys and its completions.
 *
 * <p>What a lane asks of each message is looked up when the message is handed over, while it is in the processor's cache:
 * by the time its batch is written it no longer is.
 *
 * <p>Belongs to the source's thread until it is handed to a lane, to the lane's thread afterwards.
 */
public final class Message {

    /** The exchange property in which a source without Kafka's key leaves the key that orders its messages. */
    public static final String ORDERING_KEY = "HeadgateOrderingKey";

    /** The exchange property in which a source says, in a few words, that it will not deliver the message again. */
    public static final String LAST_DELIVERY = "HeadgateLastDelivery";

    /** The most of a key that is said of it. */
    private static final int SHORT = 80;

    private static final Logger LOG = LoggerFactory.getLogger(Message.class);

    private final Exchange exchange;
    private final String pipeline;
    private final String idempotencyKey;
    private final @Nullable String orderingKey;
    private final byte @Nullable [] payload;
    private final long arrivedNanos = System.nanoTime();
    private final String source;
    private final int size;
    private final long timestamp;
    private final boolean traced;
    private final List<Synchronization> completions;
    private final @Nullable Replay replay;
    private final boolean sentAgain;
    private long content;
    private int millisInRoute;
    private @Nullable Rejection rejection;
    private @Nullable Rejection conflict;
    private boolean done;
    private boolean held;
    private boolean cut;
    private org.apache.camel.@Nullable Message original;
    private @Nullable Object lanePlace;

    public Message(
            Exchange exchange,
            String pipeline,
            String idempotencyKey,
            @Nullable String orderingKey,
            byte @Nullable [] payload,
            @Nullable Rejection rejection) {
        this.exchange = exchange;
        this.pipeline = pipeline;
        this.idempotencyKey = idempotencyKey;
        this.orderingKey = orderingKey;
        this.payload = payload;
        this.rejection = rejection;
        this.source = SourcePosition.of(exchange).toString();
        this.size = (int) Math.min(
                Integer.MAX_VALUE, (payload == null ? 0 : payload.length) + MessageSize.headers(exchange.getMessage()));
        this.timestamp = exchange.getMessage().getMessageTimestamp();
        this.traced = exchange.getMessage().getHeader(Headers.TRACEPARENT) != null;
        Replay own = Replay.of(exchange);
        this.replay = own != null && own.reaches(SourcePosition.of(exchange)) ? own : null;
        this.sentAgain = Replay.ofAny(exchange) != null;
        List<Synchronization> handedOver = exchange.getExchangeExtension().handoverCompletions();
        this.completions = handedOver == null ? List.of() : handedOver;
    }

    /** What it holds; see {@link Content}. */
    public Message withContent(long hash) {
        content = hash;
        return this;
    }

    /** How long its route has worked on it, in milliseconds. */
    public Message withMillisInRoute(long millis) {
        millisInRoute = (int) Math.min(millis, Integer.MAX_VALUE);
        return this;
    }

    /** What its source gave, where the route keeps that. */
    public Message withOriginal(org.apache.camel.@Nullable Message first) {
        original = first;
        return this;
    }

    /** Where it stands in its lane, in the words of its batch. */
    public Message withLanePlace(@Nullable Object place) {
        lanePlace = place;
        return this;
    }

    /** See {@link #withLanePlace}; null if its source has no positions. */
    public @Nullable Object lanePlace() {
        return lanePlace;
    }

    /** It was too large: what it has is only the beginning of what its source gave. */
    public Message asCut() {
        cut = true;
        return this;
    }

    /** Whether payload and headers are only the beginning of what its source gave. */
    public boolean isCut() {
        return cut;
    }

    /** The id of the route that took it from its source. */
    public String pipeline() {
        return pipeline;
    }

    /** What it is deduplicated by, as the table holds it. */
    public String idempotencyKey() {
        return idempotencyKey;
    }

    /** See {@link Content}; unknown until somebody has said it. */
    public long content() {
        return content;
    }

    public @Nullable String orderingKey() {
        return orderingKey;
    }

    /** The bytes as the last step left them. Null for a tombstone. */
    public byte @Nullable [] payload() {
        return payload;
    }

    /** The bytes before any step, if its route keeps the original message; else {@link #payload()}. */
    public byte @Nullable [] originalPayload() {
        return original == null ? payload : Payload.of(original);
    }

    /** Its own headers before any step, if its route keeps the original message; else as the last step left them. */
    public Map<String, String> originalHeaders() {
        return Headers.texts(original == null ? exchange.getMessage() : original);
    }

    /** Which dead letter this is a replay of, or null. */
    public @Nullable Replay replay() {
        return replay;
    }

    /** Whether it is a part of a message that is replayed as a whole. */
    public boolean isPartOfReplay() {
        return replay != null && !replay.origin().toString().equals(source);
    }

    /** Whether it was sent to its source again, as the replay of a dead letter of this pipeline or of another one. */
    public boolean isSentAgain() {
        return sentAgain;
    }

    /** Whether it continues a trace. */
    public boolean isTraced() {
        return traced;
    }

    /** The exchange that carries its headers. */
    public Exchange exchange() {
        return exchange;
    }

    /** The text of its {@link SourcePosition}. */
    public String source() {
        return source;
    }

    /** Where a person finds it: its position in the source, and its key. */
    public String place() {
        String key = sourceKey();
        return key == null
                ? source
                : "%s, key %s"
                        .formatted(
                                source,
                                (key.length() <= SHORT ? key : key.substring(0, SHORT) + "…")
                                        .replaceAll("\\p{Cntrl}", "?"));
    }

    /** The key it has in the source, if any, as {@link StoredText}. */
    public @Nullable String sourceKey() {
        byte[] kafka = asItCame().key();
        if (kafka != null) {
            return StoredText.of(kafka);
        }
        String other = exchange.getProperty(ORDERING_KEY, String.class);
        return other == null ? null : StoredText.of(other);
    }

    /** Its key and headers as its source gave them, if its route keeps the original message; else as the last step left them. */
    public AsItCame asItCame() {
        return AsItCame.of(original == null ? exchange.getMessage() : original);
    }

    public @Nullable Rejection rejection() {
        return rejection;
    }

    public void reject(Rejection why) {
        rejection = why;
    }

    /** Says, at each attempt, whether its key was used before with other content: where and when, or null. */
    public void conflict(@Nullable Rejection why) {
        conflict = why;
    }

    /** That its key was used before with other content, as the latest attempt has found it, or null. */
    public @Nullable Rejection conflict() {
        return conflict;
    }

    /** Why it becomes a dead letter, if it does. */
    public @Nullable Rejection refusal() {
        return rejection == null ? conflict : rejection;
    }

    /** Whether its completions have run. */
    public boolean isDone() {
        return done;
    }

    public void hold(Rejection why) {
        rejection = why;
        held = true;
    }

    /** Whether it is rejected only because an earlier message of its key was. */
    public boolean isHeld() {
        return held;
    }

    /** The time at which its source got it, in milliseconds since 1970; 0 if the source does not say so. */
    public long timestamp() {
        return timestamp;
    }

    /** How long its route has worked on it before the batch, in milliseconds. */
    public int millisInRoute() {
        return millisInRoute;
    }

    /** The bytes of payload and headers. */
    public int size() {
        return size;
    }

    /** The time at which it was handed over, by {@link System#nanoTime()}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /**
     * Runs the completions as successful: the source acknowledges; the idempotent consumer forgets the key if the message
     * is rejected, or in conflict with another one, which is what the key stands for.
     */
    public void complete() {
        if (rejection != null || conflict != null) {
            exchange.getExchangeExtension().setFailureHandled(true);
        }
        runCompletions(Synchronization::onComplete);
    }

    /** Runs the completions as failed: the source does not acknowledge. */
    public void fail(Exception cause) {
        exchange.setException(cause);
        runCompletions(Synchronization::onFailure);
    }

    /** The last that was added first, as Camel does; one that throws is logged and holds up no other. */
    private void runCompletions(BiConsumer<Synchronization, Exchange> event) {
        done = true;
        for (int i = completions.size() - 1; i >= 0; i--) {
            try {
                event.accept(completions.get(i), exchange);
            } catch (RuntimeException e) {
                LOG.warn("A completion of a message from {} failed", source, e);
            }
        }
    }
}

package dev.headgate.batch;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.failure.Failure;
import dev.headgate.failure.RetryException;
import dev.headgate.ledger.Ledger;
import dev.headgate.message.Content;
import dev.headgate.message.Identity;
import dev.headgate.message.Message;
import dev.headgate.message.MessageId;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.Part;
import dev.headgate.message.Payload;
import dev.headgate.message.Rejection;
import dev.headgate.message.Replay;
import dev.headgate.message.SourcePosition;
import dev.headgate.position.LanePlace;
import dev.headgate.position.Place;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Expression;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.MessageSupport;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Hands a message and its completions to a lane; returns at once.
 *
 * <p>With {@code deadLetter=true}, as the dead letter channel of its route uses it, the message is handed over as
 * rejected. Where nothing takes messages the exchange fails with a {@link BatchStoppedException}, its completions run as
 * failed, so that it is never acknowledged, and it is not accepted as a dead letter either. A message that is not
 * acknowledged by the end of its exchange, as it is a copy, or was handed over already, or has a source without a {@link
 * SourcePosition}, is refused: its sender gets the error.
 */
final class BatchProducer extends DefaultProducer {

    private static final String UNACKNOWLEDGED =
            "Refused by batch:%s: the message, from %s, has no acknowledgement that could wait until it is written, as it is a copy, or came to a batch before, or its source gives none. Lead a route from kafka: or aws2-sqs: here by to: or direct:, or send it to: job:NAME, which is durable when that step returns, and lead a route from: job:NAME here.";

    private final BatchEndpoint endpoint;
    private final @Nullable Expression orderBy;
    private final Expression keyBy;

    BatchProducer(BatchEndpoint endpoint, @Nullable Expression orderBy, @Nullable Expression keyBy) {
        super(endpoint);
        this.endpoint = endpoint;
        this.orderBy = orderBy;
        this.keyBy = keyBy == null ? new MessageId() : keyBy;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        if (!SourcePosition.isAcknowledgedBy(exchange)) {
            throw new ConfigurationException(UNACKNOWLEDGED.formatted(endpoint.getName(), exchange.getFromEndpoint()));
        }
        MessageLimit limit = endpoint.getComponent().messageLimit();
        Rejection rejection = endpoint.getConfiguration().isDeadLetter() ? rejection(exchange) : null;
        Part part = Part.of(exchange);
        if (rejection != null && part != null) {
            if (!part.whole().keeps(rejection)) {
                return;
            }
            // It is replayed as the whole, of which it alone is taken.
            exchange.setMessage(part.whole().original().copy());
        }
        if (rejection == null) {
            handOver(exchange, null);
        } else if (limit.allows(exchange.getMessage())) {
            handOver(exchange, rejection);
        } else {
            handOverBeginning(exchange, limit);
        }
    }

    private void handOver(Exchange exchange, @Nullable Rejection rejection) throws Exception {
        // What a message can make fail comes before its completions move: its error handler still has them.
        byte[] payload = Payload.mandatory(exchange.getMessage());
        if (rejection == null) {
            // Its source's message was small enough; what a step has made of it may not be.
            endpoint.getComponent().messageLimit().requirePayload(payload);
        }
        Identity identity = identity(exchange);
        if (isOnlyShown(exchange, identity, rejection != null)) {
            return;
        }
        String orderingKey = orderingKey(exchange, identity);
        BatchConsumer consumer = consumer();
        Lane lane = consumer.lane(orderingKey);
        Exchange carrier = carrier(exchange, exchange.getMessage(), identity);
        LanePlace place = enter(exchange, carrier, lane, consumer);
        offer(
                lane,
                new Message(carrier, identity.pipeline(), identity.key(), orderingKey, payload, rejection)
                        .withLanePlace(place)
                        .withContent(identity.content())
                        .withMillisInRoute(exchange.getClock().elapsed())
                        .withOriginal(original(exchange, carrier)));
    }

    /** Of what is too large only the beginning stays in flight; no expression of the route is asked about it. */
    private void handOverBeginning(Exchange exchange, MessageLimit limit) throws Exception {
        Identity seen = exchange.getProperty(Identity.PROPERTY, Identity.class);
        Identity identity = seen == null ? Identity.of(exchange, null) : seen;
        if (isOnlyShown(exchange, identity, true)) {
            return;
        }
        MessageLimit.Cut cut = limit.cut(exchange.getMessage());
        exchange.setMessage(cut.message());
        BatchConsumer consumer = consumer();
        Lane lane = consumer.lane(sourceKey(exchange, identity));
        byte[] beginning = Payload.mandatory(cut.message());
        Exchange carrier = carrier(exchange, cut.message(), identity);
        LanePlace place = enter(exchange, carrier, lane, consumer);
        offer(
                lane,
                new Message(
                                carrier,
                                identity.pipeline(),
                                identity.key(),
                                sourceKey(exchange, identity),
                                beginning,
                                cut.rejection(identity.pipeline()))
                        .withLanePlace(place)
                        .withMillisInRoute(exchange.getClock().elapsed())
                        .asCut());
    }

    private boolean isOnlyShown(Exchange exchange, Identity identity, boolean rejected) {
        BatchComponent.Observer observer = endpoint.getComponent().observer();
        if (observer == null) {
            return false;
        }
        observer.arrived(exchange, identity, rejected);
        return true;
    }

    private static Exchange carrier(Exchange exchange, org.apache.camel.Message message, Identity identity) {
        Exchange carrier = new DefaultExchange(exchange.getContext());
        carrier.setExchangeId(exchange.getExchangeId());
        // The ledger, told of the completion, knows a key by its pipeline.
        carrier.getExchangeExtension().setFromRouteId(exchange.getFromRouteId());
        carrier.setIn(message);
        String sourceKey = exchange.getProperty(Message.ORDERING_KEY, String.class);
        if (sourceKey != null) {
            carrier.setProperty(Message.ORDERING_KEY, sourceKey);
        }
        SourcePosition position = SourcePosition.of(exchange);
        carrier.setProperty(SourcePosition.PROPERTY, position);
        Replay replay = Replay.ofAny(exchange);
        if (replay != null) {
            carrier.setProperty(Replay.PROPERTY, replay);
        }
        carrier.setProperty(Identity.PROPERTY, identity);
        exchange.getExchangeExtension().handoverCompletions(carrier);
        return carrier;
    }

    /** The message is the lane's now; returns where it stands there, or null if its source has no positions. */
    private static @Nullable LanePlace enter(Exchange exchange, Exchange carrier, Lane lane, BatchConsumer consumer) {
        LanePlace inLane = inLane(exchange, lane, consumer);
        if (inLane == null || inLane.keyed()) {
            carrier.setProperty(Ledger.CLAIMED, true);
        }
        return inLane;
    }

    /** A part, and what was sent to its source again, has its key in the ledger always: its place in the partition is not its own. */
    private static @Nullable LanePlace inLane(Exchange exchange, Lane lane, BatchConsumer consumer) {
        Place place = exchange.getProperty(Place.PROPERTY, Place.class);
        if (place == null) {
            return null;
        }
        boolean part = Part.of(exchange) != null;
        boolean keyed = part || consumer.isKeyed() || Replay.ofAny(exchange) != null;
        return place.in(lane.name(), part, keyed);
    }

    private static void offer(Lane lane, Message message) {
        if (!lane.offer(message)) {
            BatchStoppedException stopped = new BatchStoppedException();
            message.fail(stopped);
            throw stopped;
        }
    }

    /**
     * An outage is no fault of the message: it is not accepted as a dead letter, and so delivered again. Unless its
     * source does not deliver it again: it would be lost to the pipeline.
     */
    private static Rejection rejection(Exchange exchange) {
        Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        if (caught instanceof BatchStoppedException stopped) {
            throw stopped;
        }
        Failure failure = caught == null ? null : Failure.of(caught);
        if ((failure instanceof Failure.Outage || failure instanceof Failure.Undecided)
                && ObjectHelper.getException(RetryException.class, caught) == null) {
            String last = exchange.getProperty(Message.LAST_DELIVERY, String.class);
            if (last != null) {
                return Rejection.of(exchange).because(last);
            }
            throw new HeadgateException(
                    "not a fault of the message, which its source will deliver again: " + failure.reason(), caught);
        }
        return Rejection.of(exchange);
    }

    private static org.apache.camel.@Nullable Message original(Exchange exchange, Exchange carrier) {
        Part part = Part.of(exchange);
        if (part != null) {
            return part.whole().original();
        }
        org.apache.camel.Message original = Content.original(exchange);
        if (original instanceof MessageSupport support) {
            // Else it would keep the source's exchange in memory for as long as the message is in flight.
            support.setExchange(carrier);
        }
        return original;
    }

    private BatchConsumer consumer() {
        BatchConsumer consumer = endpoint.getComponent().consumer(endpoint.getName());
        if (consumer == null) {
            throw new BatchStoppedException(
                    "No route consumes from batch:" + endpoint.getName() + ": add one, or correct the name");
        }
        return consumer;
    }

    /** What the idempotent consumer saw, else what the expression says. */
    private Identity identity(Exchange exchange) {
        Identity seen = exchange.getProperty(Identity.PROPERTY, Identity.class);
        return seen == null ? Identity.of(exchange, keyBy.evaluate(exchange, String.class)) : seen;
    }

    private @Nullable String orderingKey(Exchange exchange, Identity identity) {
        if (orderBy != null) {
            return orderBy.evaluate(exchange, String.class);
        }
        return sourceKey(exchange, identity);
    }

    private static String sourceKey(Exchange exchange, Identity identity) {
        String kafka = exchange.getMessage().getHeader(KafkaConstants.KEY, String.class);
        if (kafka != null) {
            return kafka;
        }
        String other = exchange.getProperty(Message.ORDERING_KEY, String.class);
        return other == null ? identity.key() : other;
    }
}

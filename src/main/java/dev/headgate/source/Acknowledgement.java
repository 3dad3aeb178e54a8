package dev.headgate.source;

import dev.headgate.ConfigurationException;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.database.Installation;
import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.AcknowledgingCommitFactory;
import dev.headgate.kafka.ConsumerListener;
import dev.headgate.kafka.KafkaAcknowledgement;
import dev.headgate.ledger.Incarnations;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.ReplaySeal;
import dev.headgate.position.PositionKeeper;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import dev.headgate.sqs.PollingPolicies;
import dev.headgate.sqs.SqsDefaults;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.support.CamelContextHelper;
import org.jspecify.annotations.Nullable;

/**
 * Gives the sources of a Camel context what acknowledges their messages after the effect: a Kafka consumer that commits what
 * has completed, an SQS client that deletes it, under one inflight limit.
 *
 * <p>A context has one. That in its registry gets every source of the context, and expects the components to be configured as
 * Headgate's are; where there is none, {@code batch:} makes one for the routes that lead to it, and each of their endpoints
 * is configured, and no other. Thread-safe.
 */
public final class Acknowledgement {

    private final KafkaAcknowledgement kafka;
    private final PollingPolicies polling;
    private final boolean everywhere;

    /**
     * For a context whose sources are all Headgate's, to be bound in its registry.
     *
     * @param limit the limit shared by all sources of the process
     * @param messageLimit how large a message may be
     * @param settings for commits, revocations and missing records
     * @param dataSource asked for when the first message is read
     */
    public Acknowledgement(
            InflightLimit limit,
            MessageLimit messageLimit,
            Settings settings,
            ConsumerListener listener,
            Supplier<DataSource> dataSource) {
        this(limit, messageLimit, settings, listener, dataSource, true);
    }

    private Acknowledgement(
            InflightLimit limit,
            MessageLimit messageLimit,
            Settings settings,
            ConsumerListener listener,
            Supplier<DataSource> dataSource,
            boolean everywhere) {
        ReplaySeal seal =
                new ReplaySeal(() -> Installation.read(dataSource.get()).secret());
        AcknowledgingClientFactory clients = new AcknowledgingClientFactory(
                limit,
                messageLimit,
                settings.getDuration(SettingKey.COMMIT_INTERVAL),
                settings.getDuration(SettingKey.REVOKE_TIMEOUT),
                settings.getBoolean(SettingKey.KAFKA_STOP_ON_MISSING),
                listener,
                (source, token) -> new Incarnations(dataSource.get()).number(source, token),
                new PositionKeeper(dataSource));
        this.kafka = new KafkaAcknowledgement(clients, new AcknowledgingCommitFactory(seal));
        this.polling = new PollingPolicies(limit, listener, seal);
        this.everywhere = everywhere;
    }

    /**
     * That of the context's registry, else one with the defaults of Headgate's settings, or what the context's properties
     * have under their names.
     */
    public static Acknowledgement of(CamelContext context, Supplier<DataSource> dataSource) {
        Acknowledgement bound = CamelContextHelper.findSingleByType(context, Acknowledgement.class);
        if (bound != null) {
            return bound;
        }
        Map<String, String> found = new HashMap<>();
        for (SettingKey key : SettingKey.values()) {
            context.getPropertiesComponent()
                    .resolveProperty(key.propertyName())
                    .ifPresent(value -> found.put(key.propertyName(), value));
        }
        Settings settings = Settings.defaults().with(found, "the properties of the Camel context");
        return new Acknowledgement(
                limit(settings), MessageLimit.NONE, settings, ConsumerListener.NONE, dataSource, false);
    }

    /** The inflight limit that settings ask for. */
    public static InflightLimit limit(Settings settings) {
        return new InflightLimit(
                settings.getLong(SettingKey.INFLIGHT_MAX_MESSAGES),
                settings.getLong(SettingKey.INFLIGHT_MAX_BYTES),
                settings.getLong(SettingKey.INFLIGHT_SOURCE_MAX_MESSAGES),
                settings.getLong(SettingKey.INFLIGHT_SOURCE_MAX_BYTES));
    }

    /** What makes the Kafka consumers. */
    public AcknowledgingClientFactory kafkaClients() {
        return kafka.clients();
    }

    /** Whether it is for every source of its context, wherever its messages go. */
    public boolean isEverywhere() {
        return everywhere;
    }

    /**
     * Gives a route that is built and not started its acknowledgement, if it consumes from Kafka.
     *
     * @throws ConfigurationException names the route, its file and the option that forbids it
     */
    public void attach(Route route) {
        if (route.getEndpoint() instanceof KafkaEndpoint endpoint) {
            if (!everywhere) {
                kafka.configure(endpoint);
            }
            kafka.attach(endpoint, SourceCheck.what(route));
        }
        if (route.getEndpoint() instanceof Sqs2Endpoint sqs
                && !sqs.getConfiguration().isDeleteAfterRead()) {
            throw new ConfigurationException("%s has deleteAfterRead=false: its messages would never be acknowledged."
                            .formatted(SourceCheck.what(route))
                    + " Remove it: a message is deleted after its batch is written.");
        }
    }

    /** What a route needs that is about to be built, if it polls its source: its inflight limit, and from SQS its acknowledgement. */
    public @Nullable RoutePolicy policy(CamelContext context, String routeId, RouteDefinition route) {
        Endpoint source = context.getEndpoint(route.getEndpointUrl());
        if (!everywhere && source instanceof Sqs2Endpoint sqs) {
            SqsDefaults.complete(sqs.getConfiguration());
        }
        return polling.policy(routeId, source);
    }
}

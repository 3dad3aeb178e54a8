package dev.headgate.batch;

import dev.headgate.EndpointOptions;
import dev.headgate.message.Identity;
import dev.headgate.message.MessageLimit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Aggregates messages into batches and acknowledges them only when their batch is committed. */
@Component("batch")
public class BatchComponent extends DefaultComponent {

    @Metadata(
            autowired = true,
            description = "The database in whose transaction each batch is written, with the tables of the schema"
                    + " headgate. If not set, the only DataSource of the registry is taken.")
    private @Nullable DataSource dataSource;

    @Metadata(description = "The defaults of all batches.")
    private BatchConfiguration configuration = new BatchConfiguration();

    private final Map<String, BatchConsumer> consumers = new ConcurrentHashMap<>();
    private final @Nullable UnaryOperator<RouteWriter.Route> otherBoundary;
    private MessageLimit messageLimit = MessageLimit.NONE;
    private @Nullable Observer observer;

    /** Told of messages in place of their batches. */
    public interface Observer {

        /**
         * A message has come to a batch. It stays with its exchange, and so do its completions.
         *
         * @param identity what the ledger would know it by
         * @param rejected whether it would be a dead letter
         */
        void arrived(Exchange exchange, Identity identity, boolean rejected);
    }

    public BatchComponent() {
        this(null);
    }

    /**
     * For tests of lanes and batches without a database.
     *
     * @param otherBoundary what stands in for the transaction and the claim around each attempt
     */
    BatchComponent(@Nullable UnaryOperator<RouteWriter.Route> otherBoundary) {
        this.otherBoundary = otherBoundary;
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** How large a message may be that comes to a batch; of one that is larger only the beginning becomes a dead letter. */
    public void limitMessages(MessageLimit limit) {
        messageLimit = limit;
    }

    MessageLimit messageLimit() {
        return messageLimit;
    }

    /** From now on no message is handed over to a batch, only shown: for those who ask what a message would be known by. */
    public void observe(Observer instead) {
        observer = instead;
    }

    @Nullable
    Observer observer() {
        return observer;
    }

    public BatchConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(BatchConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        getCamelContext().getCamelContextExtension().addInterceptStrategy(new FailedStep());
        // Around it: what it does is no step.
        getCamelContext().getCamelContextExtension().addInterceptStrategy(new BeforeSteps());
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        BatchEndpoint endpoint = new BatchEndpoint(uri, this, remaining, configuration.copy());
        EndpointOptions.check(this, parameters);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** The database that batches are written to. */
    DataSource database() {
        return EndpointOptions.dataSource(this, dataSource);
    }

    /**
     * Puts the boundary of exactly once around a route: its database transaction.
     *
     * @param relation what the steps read the batch from, if they do
     */
    RouteWriter.Route boundary(RouteWriter.Route route, String routeId, @Nullable BatchRelation relation) {
        if (otherBoundary != null) {
            return otherBoundary.apply(route);
        }
        DataSource database = database();
        TransactionCheck check = new TransactionCheck(getCamelContext(), database);
        check.check(routeId);
        return new TransactedRoute(route, database, check.isDatabaseOnly(routeId), relation);
    }

    /** The route that consumes from {@code batch:name}, if there is one. */
    @Nullable
    BatchConsumer consumer(String name) {
        return consumers.get(name);
    }

    /** The batches that are consumed from at present, by name. */
    public Map<String, ManagedBatch> batches() {
        Map<String, ManagedBatch> batches = new TreeMap<>();
        consumers.forEach((name, consumer) -> {
            ManagedBatch managed = consumer.managed();
            if (managed != null) {
                batches.put(name, managed);
            }
        });
        return batches;
    }

    void register(String name, BatchConsumer consumer) {
        BatchConsumer other = consumers.putIfAbsent(name, consumer);
        if (other != null && other != consumer) {
            throw new IllegalArgumentException("Only one route may consume from batch:" + name + ", found two: "
                    + other.getRouteId() + " and " + consumer.getRouteId());
        }
    }

    void unregister(String name, BatchConsumer consumer) {
        consumers.remove(name, consumer);
    }
}

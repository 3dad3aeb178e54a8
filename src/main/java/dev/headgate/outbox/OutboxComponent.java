package dev.headgate.outbox;

import dev.headgate.EndpointOptions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArraySet;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Creates the endpoints {@code outbox:DESTINATION}, which relay the pending entries of one destination. */
@Component("outbox")
public class OutboxComponent extends DefaultComponent {

    @Metadata(
            autowired = true,
            description =
                    "The database that holds the table headgate.outbox. Each consumer keeps one of its connections."
                            + " If not set, the only DataSource of the registry is taken.")
    private @Nullable DataSource dataSource;

    private final Set<OutboxConsumer> consumers = new CopyOnWriteArraySet<>();

    public OutboxComponent() {}

    public OutboxComponent(CamelContext context) {
        super(context);
    }

    /**
     * Makes all relays of this component look for entries now instead of at their next poll. To be called after a
     * transaction that wrote entries has committed. Cheap, never blocks, from any thread, at any time.
     */
    public void wake() {
        consumers.forEach(OutboxConsumer::wake);
    }

    /** The relays that cannot use their table at present, and why. */
    public Map<String, String> troubles() {
        Map<String, String> troubles = new TreeMap<>();
        for (OutboxConsumer consumer : consumers) {
            if (!consumer.trouble().isEmpty()) {
                troubles.put("outbox:" + consumer.destination(), consumer.trouble());
            }
        }
        return troubles;
    }

    /** The entries that this process has relayed to a destination and marked delivered, since its routes were started. */
    public long delivered(String destination) {
        return consumers.stream()
                .filter(consumer -> consumer.destination().equals(destination))
                .mapToLong(OutboxConsumer::delivered)
                .sum();
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (remaining.isBlank()) {
            throw new IllegalArgumentException("Expected outbox:DESTINATION, found \"" + uri
                    + "\": name the value of the column \"destination\" whose entries are to be relayed");
        }
        EndpointOptions.check(this, parameters);
        OutboxEndpoint endpoint = new OutboxEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    DataSource requireDataSource() {
        return EndpointOptions.dataSource(this, dataSource);
    }

    void add(OutboxConsumer consumer) {
        consumers.add(consumer);
    }

    void remove(OutboxConsumer consumer) {
        consumers.remove(consumer);
    }
}

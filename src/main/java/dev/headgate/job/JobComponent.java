package dev.headgate.job;

import dev.headgate.EndpointOptions;
import dev.headgate.database.DatabaseClock;
import dev.headgate.database.Installation;
import dev.headgate.failure.Listeners;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Creates the endpoints {@code job:QUEUE}; keeps the lease under which its process executes jobs. */
@Component("job")
public class JobComponent extends DefaultComponent {

    // Handlers are looked at twice a second: within the third of the lease in which they are to end.
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(3);

    @Metadata(
            autowired = true,
            description = "The database that holds the table headgate.job. If not set, the only DataSource of the"
                    + " registry is taken.")
    private @Nullable DataSource dataSource;

    @Metadata(
            defaultValue = "30000",
            description = "How long the jobs of a process that is not heard of stay with it before they are rescued; at"
                    + " least 3s.")
    private Duration lease = Duration.ofSeconds(30);

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    private final Map<String, Attempts> attempts = new ConcurrentHashMap<>();
    private final Set<JobConsumer> consumers = new CopyOnWriteArraySet<>();
    private final @Nullable InstantSource given;
    private @Nullable InstantSource clock;
    private @Nullable Lease current;
    private volatile @Nullable String installation;
    private @Nullable JobKeeper keeper;

    public JobComponent() {
        this(null);
    }

    /**
     * For tests of time.
     *
     * @param clock of schedules, delays and the windows of unique jobs; null for that of the database
     */
    public JobComponent(@Nullable InstantSource clock) {
        this.given = clock;
    }

    /** Lets all consumers of this component look for jobs now; cheap, never blocks, from any thread, at any time. */
    public void wake() {
        consumers.forEach(JobConsumer::wake);
    }

    /** Enqueues for consumers of this process and others; those of this component need no poll to see it. */
    public Jobs jobs() {
        return new Jobs(requireDataSource(), clock(), queue -> consumers.stream()
                .filter(consumer -> consumer.queue().equals(queue))
                .forEach(JobConsumer::wake));
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public Duration getLease() {
        return lease;
    }

    public void setLease(Duration lease) {
        this.lease = lease;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (remaining.isBlank()) {
            throw new IllegalArgumentException("Expected job:QUEUE, found \"" + uri + "\": name the queue");
        }
        EndpointOptions.check(this, parameters);
        JobEndpoint endpoint = new JobEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /**
     * Asks Camel for a way from a payload to a map, which {@code sql:} tries twice for each parameter of each job. That there is
     * none, Camel remembers of those who ask, not of those who try, and looks through all its converters each time.
     */
    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getCamelContext().getTypeConverter().convertTo(Map.class, EMPTY_OBJECT);
    }

    DataSource requireDataSource() {
        return EndpointOptions.dataSource(this, dataSource);
    }

    /** One for all processes: those of schedules and delays would otherwise differ by as much as their clocks do. */
    synchronized InstantSource clock() {
        if (given != null) {
            return given;
        }
        if (clock == null) {
            clock = new DatabaseClock(requireDataSource());
        }
        return clock;
    }

    Listeners<JobListener> listeners() {
        return new Listeners<>(getCamelContext().getRegistry().findByType(JobListener.class));
    }

    /** The id of the installation; the first one reads it from the database. */
    String installation() {
        String known = installation;
        if (known == null) {
            known = Installation.read(requireDataSource()).id().toString();
            installation = known;
        }
        return known;
    }

    /** Those of the queue in this process, as long as it lives. */
    Attempts attempts(String queue) {
        return attempts.computeIfAbsent(queue, Attempts::new);
    }

    synchronized Lease lease() {
        if (lease.compareTo(SHORTEST_LEASE) < 0) {
            throw new IllegalArgumentException(
                    "Expected camel.component.job.lease to be at least 3s, found " + lease.toMillis() + " ms");
        }
        if (current == null) {
            String holder = getCamelContext().getName() + " of process "
                    + ProcessHandle.current().pid();
            current = new Lease(new LeaseTable(requireDataSource()), holder, lease);
        }
        return current;
    }

    /** The first one brings the keeper. */
    synchronized void add(JobConsumer consumer) {
        consumers.add(consumer);
        if (keeper == null) {
            CamelContext context = getCamelContext();
            DataSource database = requireDataSource();
            keeper = new JobKeeper(
                    context, lease(), new LeaseTable(database), new JobTable(database), listeners(), consumers);
        }
    }

    /** The last one takes it along. */
    synchronized void remove(JobConsumer consumer) {
        consumers.remove(consumer);
        if (consumers.isEmpty() && keeper != null) {
            keeper.stop(getCamelContext());
            keeper = null;
        }
    }
}

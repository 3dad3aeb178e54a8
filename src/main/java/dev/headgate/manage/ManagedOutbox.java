package dev.headgate.manage;

import dev.headgate.manage.meters.TableQueries;
import dev.headgate.manage.meters.TableQueries.Pending;
import dev.headgate.outbox.OutboxEndpoint;
import java.sql.SQLException;
import java.util.Optional;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;

/**
 * A relay in JMX. What is pending is asked of the database at each look. The MBean of its route suspends and resumes it.
 * Thread-safe.
 */
@ManagedResource(description = "The relay of a destination of the outbox")
public final class ManagedOutbox {

    private final String destination;
    private final String routeId;
    private final OutboxEndpoint endpoint;
    private final TableQueries tables;

    ManagedOutbox(OutboxEndpoint endpoint, String routeId, TableQueries tables) {
        this.destination = endpoint.getDestination();
        this.routeId = routeId;
        this.endpoint = endpoint;
        this.tables = tables;
    }

    @ManagedAttribute(description = "The route that relays, whose suspend and resume pause it")
    public String getRoute() {
        return routeId;
    }

    @ManagedAttribute(description = "running, paused, stopped, or waits and for what")
    public String getState() {
        ServiceStatus status = endpoint.getCamelContext().getRouteController().getRouteStatus(routeId);
        if (status == null || !status.isStarted()) {
            return status != null && status.isSuspended() ? "paused" : "stopped";
        }
        String trouble = endpoint.getComponent().troubles().get("outbox:" + destination);
        return trouble == null ? "running" : "waits: " + trouble;
    }

    @ManagedAttribute(description = "Entries marked delivered by this process since the route was started")
    public long getDelivered() {
        return endpoint.getComponent().delivered(destination);
    }

    @ManagedAttribute(description = "Entries that are not yet delivered; counted up to 100,000 of all destinations")
    public long getPending() throws SQLException {
        return pending().map(Pending::entries).orElse(0L);
    }

    @ManagedAttribute(description = "Age of the oldest of them in seconds; 0 if there is none")
    public double getOldestPendingSeconds() throws SQLException {
        return pending().map(Pending::oldestSeconds).orElse(0.0);
    }

    private Optional<Pending> pending() throws SQLException {
        return tables.ask().outbox().stream()
                .filter(pending -> pending.destination().equals(destination))
                .findFirst();
    }
}

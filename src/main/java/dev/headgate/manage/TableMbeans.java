package dev.headgate.manage;

import dev.headgate.manage.meters.TableQueries;
import dev.headgate.outbox.OutboxEndpoint;
import java.util.Collection;
import javax.sql.DataSource;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Shows in JMX what waits in the tables: {@code type=services,name=DeadLetters}, and for each relay {@code
 * name=Outbox-DESTINATION}. Asked of the database whenever somebody reads it, never else.
 */
public final class TableMbeans implements CamelConfiguration {

    private final DataSource dataSource;
    private final TableQueries tables;
    private final int maxReplays;

    /** @param maxReplays how often one message may be replayed */
    public TableMbeans(DataSource dataSource, int maxReplays) {
        this.dataSource = dataSource;
        this.maxReplays = maxReplays;
        this.tables = new TableQueries(dataSource);
    }

    @Override
    public void configure(CamelContext context) {
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onRoutesAdd(Collection<Route> routes) {
                Sources.show(context, "DeadLetters", new ManagedDeadLetters(context, dataSource, tables, maxReplays));
                for (Route route : routes) {
                    if (route.getEndpoint() instanceof OutboxEndpoint endpoint) {
                        Sources.show(
                                context,
                                "Outbox-" + endpoint.getDestination(),
                                new ManagedOutbox(endpoint, route.getRouteId(), tables));
                    }
                }
            }
        });
    }
}

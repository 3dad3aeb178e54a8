package dev.headgate.app;

import dev.headgate.Finding;
import dev.headgate.batch.RouteCheck;
import dev.headgate.batch.SqlCheck;
import java.util.Collection;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;

/** Looks at the routes when all are read and none is built: what cannot run is said with its place, and nothing starts. */
final class StartCheck extends MainListenerSupport {

    private final DataSource database;
    private final String role;

    StartCheck(DataSource database, String role) {
        this.database = database;
        this.role = role;
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        Collection<RouteDefinition> routes =
                context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions();
        Finding.require(RouteCheck.faults(context, routes));
        Finding.require(SqlCheck.faults(context, routes, database, role));
    }
}

package dev.headgate.app;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteDefinition;

/**
 * Starts the routes that consume from {@code batch:} before all others, wherever they stand in their files. Camel stops
 * routes in reverse, so the sources stop, wait for what is in flight and commit while the batches still write.
 */
final class DownstreamFirst implements CamelConfiguration {

    private int next = 1;

    @Override
    public void configure(CamelContext context) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        model.addModelLifecycleStrategy(new ModelLifecycleStrategySupport() {
            @Override
            public void onAddRouteDefinition(RouteDefinition route) {
                String uri = route.getInput() == null ? null : route.getInput().getEndpointUri();
                if (route.getStartupOrder() == null && uri != null && uri.startsWith("batch:")) {
                    route.setStartupOrder(next++);
                }
            }
        });
    }
}

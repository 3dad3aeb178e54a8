package dev.headgate.app;

import dev.headgate.backpressure.Inflight;
import dev.headgate.backpressure.InflightLimit;
import java.util.Collection;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.ScheduledPollEndpoint;

/**
 * Shows the inflight limit in JMX, as {@code type=services,name=Inflight} and, for each source, {@code
 * name=Inflight-ROUTE}.
 */
final class Sources implements CamelConfiguration {

    private final InflightLimit limit;

    Sources(InflightLimit limit) {
        this.limit = limit;
    }

    @Override
    public void configure(CamelContext context) {
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onRoutesAdd(Collection<Route> routes) {
                show(context, "Inflight", limit);
                for (Route route : routes) {
                    Endpoint endpoint = route.getEndpoint();
                    if (endpoint instanceof KafkaEndpoint || endpoint instanceof ScheduledPollEndpoint) {
                        show(context, "Inflight-" + route.getRouteId(), limit.source(route.getRouteId()));
                    }
                }
            }
        });
    }

    private static void show(CamelContext context, String name, Inflight inflight) {
        ManagementAgent agent = context.getManagementStrategy().getManagementAgent();
        if (agent == null) {
            return;
        }
        try {
            ObjectName objectName = new ObjectName("%s:context=%s,type=services,name=%s"
                    .formatted(agent.getMBeanObjectDomainName(), context.getManagementName(), ObjectName.quote(name)));
            if (!agent.isRegistered(objectName)) {
                agent.register(new ManagedInflight(inflight), objectName);
            }
        } catch (JMException e) {
            throw new RuntimeCamelException("Cannot show " + name + " in JMX", e);
        }
    }
}

package dev.headgate.manage;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.RouteThrottle;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.KafkaLag;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.ScheduledPollEndpoint;

/**
 * Shows the inflight limit in JMX, as {@code type=services,name=Inflight}, and each source as {@code
 * name=Inflight-ROUTE} and {@code name=Pipeline-ROUTE}; and at half the time of a stop breaks off what has kept a Kafka record waiting in its route since
 * before the stop, such as a throttle of one message an hour.
 */
public final class Sources implements CamelConfiguration {

    private final InflightLimit limit;
    private final AcknowledgingClientFactory clients;

    public Sources(InflightLimit limit, AcknowledgingClientFactory clients) {
        this.limit = limit;
        this.clients = clients;
    }

    @Override
    public void configure(CamelContext context) {
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                ShutdownStrategy stop = stopping.getShutdownStrategy();
                Duration patience = Duration.of(
                                stop.getTimeout(), stop.getTimeUnit().toChronoUnit())
                        .dividedBy(2);
                CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> clients.breakOff(patience));
            }

            @Override
            public void onRoutesAdd(Collection<Route> routes) {
                show(context, "Inflight", new ManagedInflight(limit));
                for (Route route : routes) {
                    Endpoint endpoint = route.getEndpoint();
                    if (endpoint instanceof KafkaEndpoint || endpoint instanceof ScheduledPollEndpoint) {
                        SourceInflight source = limit.source(route.getRouteId());
                        show(context, "Inflight-" + route.getRouteId(), new ManagedInflight(source));
                        show(
                                context,
                                "Pipeline-" + route.getRouteId(),
                                new ManagedPipeline(
                                        source,
                                        new RouteThrottle(context, route.getRouteId()),
                                        () -> missing(context, source)));
                    }
                }
            }

            @Override
            public void onRoutesRemove(Collection<Route> routes) {
                for (Route route : routes) {
                    hide(context, "Inflight-" + route.getRouteId());
                    hide(context, "Pipeline-" + route.getRouteId());
                }
            }
        });
    }

    /** Does nothing if it is not there. */
    private static void hide(CamelContext context, String name) {
        ManagementAgent agent = context.getManagementStrategy().getManagementAgent();
        if (agent == null) {
            return;
        }
        try {
            agent.unregister(objectName(context, agent, name));
        } catch (JMException e) {
            throw new RuntimeCamelException("Cannot take " + name + " out of JMX", e);
        }
    }

    private long missing(CamelContext context, SourceInflight source) {
        return clients.missing().stream()
                .filter(missing -> KafkaLag.pipeline(
                                context, missing.group(), missing.partition().topic())
                        .equals(source.routeId()))
                .mapToLong(AcknowledgingClientFactory.Missing::records)
                .sum();
    }

    /** Beside Camel's own services, unless it is there already; does nothing if JMX is switched off. */
    static void show(CamelContext context, String name, Object managed) {
        ManagementAgent agent = context.getManagementStrategy().getManagementAgent();
        if (agent == null) {
            return;
        }
        try {
            ObjectName objectName = objectName(context, agent, name);
            if (!agent.isRegistered(objectName)) {
                agent.register(managed, objectName);
            }
        } catch (JMException e) {
            throw new RuntimeCamelException("Cannot show " + name + " in JMX", e);
        }
    }

    private static ObjectName objectName(CamelContext context, ManagementAgent agent, String name) throws JMException {
        return new ObjectName("%s:context=%s,type=services,name=%s"
                .formatted(agent.getMBeanObjectDomainName(), context.getManagementName(), ObjectName.quote(name)));
    }
}

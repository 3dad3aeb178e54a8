package dev.headgate.batch;

import dev.headgate.source.Acknowledgement;
import dev.headgate.source.SourceCheck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.errorhandler.DeadLetterChannelDefinition;
import org.apache.camel.spi.ContextServicePlugin;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;

/**
 * What routes around {@code batch:} get without a line of theirs.
 *
 * <p>Routes that consume from {@code batch:} start before all others, wherever they stand in their files. Camel stops
 * routes in reverse, so the sources stop, wait for what is in flight and commit while the batches still write.
 *
 * <p>A route that sends to {@code batch:}, also by way of {@code direct:} routes, has that batch as its dead letter
 * channel, with the message as its source gave it, unless it has an error handler of its own. Jobs have their own attempts
 * and dead letters instead.
 *
 * <p>Its source is acknowledged after the effect, by what {@link Acknowledgement} gives it; one that cannot be is refused,
 * and so is a route without an id of its own: see {@link SourceCheck}. A route that sends to {@code job:} gets the same where
 * its source can take it.
 *
 * <p>Camel finds it by itself ({@code META-INF/services}) in every context on whose class path it is. One instance a
 * context; called on the thread that adds routes.
 */
public final class BatchRouteDefaults extends ModelLifecycleStrategySupport implements ContextServicePlugin {

    private static final String BATCH = "batch:";
    private static final String DIRECT = "direct:";
    private static final String JOB = "job:";
    /** Before whatever order a person gives, and what Camel gives to routes without one: from 1000 on. */
    private static final int FIRST = -1_000_000;

    private final List<RouteDefinition> routes = new ArrayList<>();
    private @Nullable CamelContext context;
    private @Nullable Acknowledgement acknowledgement;
    private int nextStartupOrder = FIRST;

    @Override
    public void load(CamelContext context) {
        this.context = context;
        context.getCamelContextExtension().addInterceptStrategy(new SplitStrategy());
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextInitializing(CamelContext initializing) {
                // There is no model before; what was added to it since is not started yet.
                Model model = initializing.getCamelContextExtension().getContextPlugin(Model.class);
                model.getRouteDefinitions().forEach(BatchRouteDefaults.this::onAddRouteDefinition);
                model.addModelLifecycleStrategy(BatchRouteDefaults.this);
            }

            @Override
            public void onRoutesAdd(Collection<Route> added) {
                added.forEach(BatchRouteDefaults.this::acknowledge);
            }
        });
        context.addRoutePolicyFactory(this::policy);
    }

    /** Called for each route of a context when it is added, before it is started. */
    @Override
    public void onAddRouteDefinition(RouteDefinition added) {
        if (added.getInput() == null) {
            return;
        }
        if (added.getStartupOrder() == null && input(added).startsWith(BATCH)) {
            added.setStartupOrder(nextStartupOrder++);
        }
        routes.removeIf(route -> route.getId() != null && route.getId().equals(added.getId()));
        routes.add(added);
        // What is added may be what an earlier one leads to.
        for (RouteDefinition route : routes) {
            String batch = isConsumerOf(route) ? null : target(BATCH, route, new ArrayList<>());
            if (batch != null) {
                route.setErrorHandlerFactoryIfNull(deadLetterChannel(batch));
                // A list of all parts first would take memory for as many as somebody sends.
                splits(route).forEach(split -> split.setStreaming("true"));
            }
        }
    }

    @Override
    public void onRemoveRouteDefinition(RouteDefinition removed) {
        routes.remove(removed);
    }

    /** What the source of a route takes, before it starts; one that cannot take it is refused. */
    private void acknowledge(Route built) {
        RouteDefinition route = definition(built.getRouteId());
        if (route != null && isSource(route) && leadsTo(BATCH, route)) {
            SourceCheck.check(built);
        }
        if (isAcknowledged(route)) {
            acknowledgement().attach(built);
        }
    }

    private static Collection<SplitDefinition> splits(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), SplitDefinition.class);
    }

    private @Nullable RoutePolicy policy(CamelContext building, String routeId, NamedNode route) {
        return route instanceof RouteDefinition definition && isAcknowledged(definition)
                ? acknowledgement().policy(building, routeId, definition)
                : null;
    }

    private boolean isAcknowledged(@Nullable RouteDefinition route) {
        boolean leadsHere = route != null && isSource(route) && (leadsTo(BATCH, route) || leadsTo(JOB, route));
        return leadsHere || acknowledgement().isEverywhere();
    }

    private boolean leadsTo(String scheme, RouteDefinition route) {
        return target(scheme, route, new ArrayList<>()) != null;
    }

    private @Nullable RouteDefinition definition(String id) {
        return routes.stream()
                .filter(route -> id.equals(route.getId()))
                .findFirst()
                .orElse(null);
    }

    /** A direct: route is a part of those that call it. */
    private boolean isSource(RouteDefinition route) {
        return !input(route).startsWith(BATCH) && !input(route).startsWith(DIRECT);
    }

    /** Known when the first route is built: what the registry has is bound by then. */
    private Acknowledgement acknowledgement() {
        Acknowledgement known = acknowledgement;
        if (known == null) {
            CamelContext here = Objects.requireNonNull(context);
            known = Acknowledgement.of(
                    here, () -> here.getComponent("batch", BatchComponent.class).database());
            acknowledgement = known;
        }
        return known;
    }

    private boolean isConsumerOf(RouteDefinition route) {
        return input(route).startsWith(BATCH) || input(route).startsWith(JOB);
    }

    /** The first endpoint of the scheme that the route leads to, without options. */
    private @Nullable String target(String scheme, RouteDefinition route, List<RouteDefinition> seen) {
        seen.add(route);
        for (ToDefinition step :
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class)) {
            String uri = withoutOptions(resolved(step.getEndpointUri()));
            if (uri.startsWith(scheme)) {
                return uri;
            }
            if (uri.startsWith(DIRECT)) {
                for (RouteDefinition next : routes) {
                    String further =
                            seen.contains(next) || !withoutOptions(input(next)).equals(uri)
                                    ? null
                                    : target(scheme, next, seen);
                    if (further != null) {
                        return further;
                    }
                }
            }
        }
        return null;
    }

    private static DeadLetterChannelDefinition deadLetterChannel(String batch) {
        DeadLetterChannelDefinition channel = new DeadLetterChannelDefinition(batch + "?deadLetter=true");
        channel.setDeadLetterHandleNewException("false");
        channel.setUseOriginalMessage("true");
        return channel;
    }

    private String input(RouteDefinition route) {
        return resolved(route.getInput().getEndpointUri());
    }

    /** The URI with the values of its placeholders; as it is written where one has none, which Camel itself will say. */
    private String resolved(@Nullable String uri) {
        String written = String.valueOf(uri);
        if (context == null || !written.contains(PropertiesComponent.PREFIX_TOKEN)) {
            return written;
        }
        try {
            return context.resolvePropertyPlaceholders(written);
        } catch (IllegalArgumentException e) {
            return written;
        }
    }

    private static String withoutOptions(String uri) {
        String name = uri.startsWith(BATCH + "//") ? BATCH + uri.substring(BATCH.length() + 2) : uri;
        int options = name.indexOf('?');
        return options < 0 ? name : name.substring(0, options);
    }
}

package dev.headgate.batch;

import dev.headgate.Finding;
import dev.headgate.source.Acknowledgement;
import dev.headgate.source.SourceCheck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.errorhandler.DeadLetterChannelDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.spi.ContextServicePlugin;
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
 * and so is a route without an id of its own: see {@link SourceCheck}; and a step that could lose messages: see {@link
 * RouteCheck}. The parts of a {@code split} are messages of their own: see {@link SplitStrategy}. A route that sends to
 * {@code job:} gets the same where its source can take it.
 *
 * <p>Camel finds it by itself ({@code META-INF/services}) in every context on whose class path it is. One instance a
 * context; called on the thread that adds routes.
 */
public final class BatchRouteDefaults extends ModelLifecycleStrategySupport implements ContextServicePlugin {

    /** Before whatever order a person gives, and what Camel gives to routes without one: from 1000 on. */
    private static final int FIRST = -1_000_000;

    private final List<RouteDefinition> routes = new ArrayList<>();
    private @Nullable CamelContext context;
    private @Nullable Acknowledgement acknowledgement;
    private int nextStartupOrder = FIRST;
    private boolean checked;

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
                check(added);
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
        RoutesToBatch toBatch = toBatch();
        if (added.getStartupOrder() == null && toBatch.input(added).startsWith(RoutesToBatch.BATCH)) {
            added.setStartupOrder(nextStartupOrder++);
        }
        routes.removeIf(route -> route.getId() != null && route.getId().equals(added.getId()));
        routes.add(added);
        // What is added may be what an earlier one leads to.
        for (RouteDefinition route : routes) {
            String input = toBatch.input(route);
            boolean ownDeadLetters = input.startsWith(RoutesToBatch.BATCH) || input.startsWith(RoutesToBatch.JOB);
            String batch = ownDeadLetters ? null : toBatch.batch(route);
            if (input.startsWith(RoutesToBatch.BATCH)) {
                route.setErrorHandlerFactoryIfNull(withoutHistory());
            }
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

    /** The model is complete when the first of its routes is built; what is added to a context that runs is looked at alone. */
    private void check(Collection<Route> added) {
        if (!checked) {
            checked = true;
            Finding.require(RouteCheck.faults(context(), routes));
        } else {
            for (Route built : added) {
                definition(built).ifPresent(route -> Finding.require(RouteCheck.faults(context(), routes, route)));
            }
        }
    }

    /** What the source of a route takes, before it starts; one that cannot take it is refused. */
    private void acknowledge(Route built) {
        RouteDefinition route = definition(built).orElse(null);
        if (route != null && isSource(route) && toBatch().batch(route) != null) {
            SourceCheck.check(built);
        }
        if (isAcknowledged(route)) {
            acknowledgement().attach(built);
        }
    }

    private @Nullable RoutePolicy policy(CamelContext building, String routeId, NamedNode route) {
        return route instanceof RouteDefinition definition && isAcknowledged(definition)
                ? acknowledgement().policy(building, routeId, definition)
                : null;
    }

    private boolean isAcknowledged(@Nullable RouteDefinition route) {
        boolean leadsHere = route != null
                && isSource(route)
                && (toBatch().batch(route) != null || toBatch().leadsToJob(route));
        return leadsHere || acknowledgement().isEverywhere();
    }

    /** A direct: route is a part of those that call it. */
    private boolean isSource(RouteDefinition route) {
        String input = toBatch().input(route);
        return !input.startsWith(RoutesToBatch.BATCH) && !input.startsWith(RoutesToBatch.DIRECT);
    }

    /** Known when the first route is built: what the registry has is bound by then. */
    private Acknowledgement acknowledgement() {
        Acknowledgement known = acknowledgement;
        if (known == null) {
            CamelContext here = context();
            known = Acknowledgement.of(
                    here, () -> here.getComponent("batch", BatchComponent.class).database());
            acknowledgement = known;
        }
        return known;
    }

    private Optional<RouteDefinition> definition(Route built) {
        return routes.stream()
                .filter(route -> built.getRouteId().equals(route.getId()))
                .findFirst();
    }

    private RoutesToBatch toBatch() {
        return new RoutesToBatch(context(), routes);
    }

    private CamelContext context() {
        return Objects.requireNonNull(context);
    }

    private static Collection<SplitDefinition> splits(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), SplitDefinition.class);
    }

    /** What Camel would say of each failed attempt, the batch says once a minute; to put it together takes as long again. */
    private static DefaultErrorHandlerDefinition withoutHistory() {
        DefaultErrorHandlerDefinition handler = new DefaultErrorHandlerDefinition();
        handler.setRedeliveryPolicy(new RedeliveryPolicyDefinition().logExhaustedMessageHistory(false));
        return handler;
    }

    private static DeadLetterChannelDefinition deadLetterChannel(String batch) {
        DeadLetterChannelDefinition channel = new DeadLetterChannelDefinition(batch + "?deadLetter=true");
        channel.setDeadLetterHandleNewException("false");
        channel.setUseOriginalMessage("true");
        return channel;
    }
}

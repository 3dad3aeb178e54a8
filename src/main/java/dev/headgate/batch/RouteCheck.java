package dev.headgate.batch;

import dev.headgate.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.CatchDefinition;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.DelayDefinition;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.FilterDefinition;
import org.apache.camel.model.FinallyDefinition;
import org.apache.camel.model.IdempotentConsumerDefinition;
import org.apache.camel.model.LoopDefinition;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.OnCompletionDefinition;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.OtherwiseDefinition;
import org.apache.camel.model.PipelineDefinition;
import org.apache.camel.model.PolicyDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.StepDefinition;
import org.apache.camel.model.ThreadsDefinition;
import org.apache.camel.model.ThrottleDefinition;
import org.apache.camel.model.TransactedDefinition;
import org.apache.camel.model.TryDefinition;
import org.apache.camel.model.WhenDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Finds what stands between a source and its {@code batch:} and would lose messages: a step that hands on a copy, for which
 * nobody waits with the acknowledgement, or that leaves the message for another thread; and names of batches that lead nowhere.
 *
 * <p>Looks at the model alone, in whatever language it was written: needs no server, and no route that is started.
 */
public final class RouteCheck {

    /** A step within these has the exchange of the message itself. */
    static final Set<Class<?>> SAME_EXCHANGE = Set.of(
            CatchDefinition.class,
            ChoiceDefinition.class,
            FilterDefinition.class,
            FinallyDefinition.class,
            IdempotentConsumerDefinition.class,
            OnExceptionDefinition.class,
            OtherwiseDefinition.class,
            PipelineDefinition.class,
            PolicyDefinition.class,
            SplitDefinition.class,
            StepDefinition.class,
            TransactedDefinition.class,
            TryDefinition.class,
            WhenDefinition.class);

    /** Nobody who acknowledges the message waits for the end of these, nor hears of their failure. */
    private static final Set<Class<?>> BESIDE = Set.of(
            AggregateDefinition.class,
            OnCompletionDefinition.class,
            ResequenceDefinition.class,
            WireTapDefinition.class);

    private static final Pattern POSITIONS = Pattern.compile("[?&]idempotency=positions(&|$)");

    private static final String ONE_ROUTE_FOR_EACH =
            " a route for each batch that reads the source by itself, in a groupId or from a queue of its own.";

    private final Collection<RouteDefinition> routes;
    private final RoutesToBatch toBatch;

    private RouteCheck(CamelContext context, Collection<RouteDefinition> routes) {
        this.routes = routes;
        this.toBatch = new RoutesToBatch(context, routes);
    }

    /**
     * Looks at all routes of a process.
     *
     * @return one for each fault, with file and line as far as they are known
     */
    public static List<Finding> faults(CamelContext context, Collection<RouteDefinition> routes) {
        RouteCheck check = new RouteCheck(context, routes);
        List<Finding> faults = new ArrayList<>();
        for (RouteDefinition route : routes) {
            faults.addAll(check.names(route));
            faults.addAll(check.steps(route));
            faults.addAll(check.beside(route));
            faults.addAll(check.idempotency(route));
        }
        return faults;
    }

    /** The routes that begin with a source and lead to a batch. */
    public static List<RouteDefinition> sources(CamelContext context, Collection<RouteDefinition> routes) {
        RoutesToBatch toBatch = new RoutesToBatch(context, routes);
        return routes.stream()
                .filter(route -> !toBatch.input(route).startsWith(RoutesToBatch.BATCH)
                        && !toBatch.input(route).startsWith(RoutesToBatch.DIRECT)
                        && toBatch.batch(route) != null)
                .toList();
    }

    /** As {@link #faults}, when one route is added to those that run. */
    static List<Finding> faults(CamelContext context, Collection<RouteDefinition> routes, RouteDefinition added) {
        RouteCheck check = new RouteCheck(context, routes);
        List<Finding> faults = check.steps(added);
        // What is added may be the first batch, to which an older route can lead.
        routes.forEach(route -> faults.addAll(check.beside(route)));
        return faults;
    }

    private List<Finding> names(RouteDefinition route) {
        List<Finding> faults = new ArrayList<>();
        String input = toBatch.input(route);
        if (input.startsWith(RoutesToBatch.BATCH)) {
            List<RouteDefinition> consumers = toBatch.consumers(input).toList();
            if (consumers.size() > 1 && consumers.get(0) == route) {
                faults.add(StepPlace.finding(
                        route,
                        "Only one route may consume from %s, found %d: %s"
                                .formatted(
                                        input,
                                        consumers.size(),
                                        consumers.stream().map(StepPlace::of).collect(Collectors.joining(", "))),
                        "Give each batch a name of its own."));
            }
        }
        for (ProcessorDefinition<?> step : RoutesToBatch.all(route.getOutputs())) {
            if (toBatch.makesNameOfBatch(step)) {
                faults.add(StepPlace.finding(
                        route,
                        step,
                        " makes the name of a batch at run time: what the steps of the route refuse would have none to"
                                + " become a dead letter in",
                        "Use choice, with a to: for each batch."));
            }
            toBatch.missing(route, step).ifPresent(faults::add);
            toBatch.targets(step)
                    .filter(target ->
                            target.startsWith(RoutesToBatch.BATCH) && !target.contains("$") && !target.contains("{{"))
                    .filter(target -> toBatch.consumers(target).findAny().isEmpty())
                    .forEach(target -> faults.add(StepPlace.finding(
                            route,
                            step,
                            " sends to %s, from which no route consumes".formatted(target),
                            consumedInstead(target))));
        }
        return faults;
    }

    private String consumedInstead(String target) {
        String consumed = routes.stream()
                .map(toBatch::input)
                .filter(input -> input.startsWith(RoutesToBatch.BATCH))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return "add a route from: { uri: %s }, or correct the name%s."
                .formatted(target, consumed.isEmpty() ? "" : ", there is " + consumed);
    }

    private List<Finding> steps(RouteDefinition route) {
        List<Finding> faults = new ArrayList<>();
        if (toBatch.input(route).startsWith(RoutesToBatch.BATCH) || toBatch.batch(route) == null) {
            return faults;
        }
        for (ProcessorDefinition<?> step : RoutesToBatch.all(route.getOutputs())) {
            String fault = fault(route, step);
            if (fault != null) {
                int reason = fault.indexOf(". ");
                faults.add(StepPlace.finding(
                        route,
                        step,
                        " stands between a source and %s and can lose messages: %s"
                                .formatted(toBatch.batch(route), fault.substring(0, reason)),
                        fault.substring(reason + 2)));
            }
        }
        return faults;
    }

    /** Only Kafka's messages have a position that tells whether one comes again. */
    private List<Finding> idempotency(RouteDefinition route) {
        String input = toBatch.input(route);
        String batch = toBatch.batch(route);
        if (batch == null
                || input.startsWith("kafka:")
                || input.startsWith(RoutesToBatch.BATCH)
                || input.startsWith(RoutesToBatch.DIRECT)) {
            return List.of();
        }
        return toBatch.consumers(batch)
                .filter(consumer -> POSITIONS
                        .matcher(toBatch.resolved(consumer.getInput().getEndpointUri()))
                        .find())
                .map(consumer -> StepPlace.finding(
                        consumer,
                        "%s has idempotency=positions and gets messages from %s, which has no positions"
                                .formatted(StepPlace.of(consumer), input),
                        "Take idempotency away: only from Kafka it is not known by keys alone what was applied."))
                .toList();
    }

    /**
     * Of the steps that Camel runs beside a route, or after it: a batch refuses what they send, but the message has its
     * acknowledgement without them.
     */
    private List<Finding> beside(RouteDefinition route) {
        return RoutesToBatch.all(route.getOutputs()).stream()
                .filter(step -> BESIDE.contains(step.getClass()) && toBatch.mayLeadToBatchAtRunTime(step))
                .map(step -> StepPlace.finding(
                        route,
                        step,
                        " goes on beside the route, whose message is acknowledged without it, to an address that is made at"
                                + " run time: if that is a batch's, what is sent there is refused and lost",
                        "Begin it with the scheme of what it leads to, such as log: or file:, or use to: or toD: in the"
                                + " route itself."))
                .toList();
    }

    /** Why it cannot be there, and, as a sentence of its own, what to do; null if it can. */
    private @Nullable String fault(RouteDefinition route, ProcessorDefinition<?> step) {
        if (step instanceof ThreadsDefinition) {
            return "on other threads messages overtake each other. Take it away; more threads of a source come with"
                    + " consumersCount (kafka:) or concurrentConsumers (aws2-sqs:).";
        }
        if (step instanceof DelayDefinition delay && !isFalse(delay.getAsyncDelayed())) {
            return "it goes on on another thread, where messages overtake each other. Set asyncDelayed: false, or use"
                    + " throttle.";
        }
        if (step instanceof ThrottleDefinition throttle && isTrue(throttle.getAsyncDelayed())) {
            return "it goes on on another thread, where messages overtake each other. Take asyncDelayed away.";
        }
        String left = toBatch.leftForAnotherThread(step);
        if (left != null) {
            return "%s keeps messages in a queue of the process, and refuses them when that is full. Use direct:."
                    .formatted(left.substring(0, left.indexOf(':') + 1));
        }
        if (toBatch.isFollowedByBatch(step, route)) {
            return "it hands the message over, and for what a batch behind it gets nobody waits with the acknowledgement. Use"
                    + " choice where it is one or the other, or" + ONE_ROUTE_FOR_EACH;
        }
        if (step instanceof SplitDefinition split) {
            return toBatch.containsBatch(step) ? faultOfSplit(route, split) : null;
        }
        boolean copies = step instanceof WireTapDefinition
                || step instanceof RecipientListDefinition
                || step instanceof RoutingSlipDefinition
                || step instanceof DynamicRouterDefinition
                || step instanceof EnrichDefinition;
        if (copies && toBatch.sendsToBatch(step)) {
            return "what it sends is a copy, and nobody waits for that with the acknowledgement. Use to:, within choice"
                    + " where it depends, or" + ONE_ROUTE_FOR_EACH;
        }
        return SAME_EXCHANGE.contains(step.getClass()) || !toBatch.containsBatch(step) ? null : faultAround(step);
    }

    private static String faultAround(ProcessorDefinition<?> step) {
        if (step instanceof AggregateDefinition) {
            return "it ends each message when it is merged, before anything is written. Take it away: batch: itself"
                    + " aggregates, by maxSize, maxBytes and linger of from: batch:.";
        }
        if (step instanceof ResequenceDefinition) {
            return "it ends each message when it is put into its order, before anything is written. Take it away;"
                    + " orderBy of to: batch: says which messages are written in order of arrival.";
        }
        if (step instanceof MulticastDefinition) {
            return "its branches are copies, and nobody waits for those with the acknowledgement. Take it away, and have"
                    + ONE_ROUTE_FOR_EACH;
        }
        if (step instanceof LoopDefinition) {
            return "each round but the first sends a duplicate without an acknowledgement. Use split, whose parts are"
                    + " messages of their own.";
        }
        return "nobody waits for what it hands on with the acknowledgement. Put to: batch: behind it, not within.";
    }

    private @Nullable String faultOfSplit(RouteDefinition route, SplitDefinition split) {
        if (toBatch.input(route).startsWith("job:")) {
            return "a job has attempts and dead letters as a whole. Enqueue one job for each part.";
        }
        if (isTrue(split.getStopOnException())) {
            return "stopOnException leaves out all parts behind one that is refused. Take it away: a refused part becomes a"
                    + " dead letter of its own.";
        }
        if (isTrue(split.getShareUnitOfWork())) {
            return "with shareUnitOfWork a refused part is the whole message. Take it away: each part is a message of its"
                    + " own.";
        }
        if (split.getTimeout() != null && !split.getTimeout().equals("0")) {
            return "parts that do not begin within its timeout are left out. Take it away.";
        }
        if (split.getAggregationStrategy() != null || split.getAggregationStrategyBean() != null) {
            return "its aggregationStrategy may pass over the failure of a part. Take it away: what becomes of the parts is"
                    + " known when their batches are written.";
        }
        return null;
    }

    private boolean isTrue(@Nullable String option) {
        return option != null && "true".equals(toBatch.resolved(option).trim());
    }

    private boolean isFalse(@Nullable String option) {
        return option != null && "false".equals(toBatch.resolved(option).trim());
    }
}

package dev.headgate.batch;

import dev.headgate.Finding;
import dev.headgate.ResourcePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;

/**
 * Which steps of which routes lead to which {@code batch:}, as the model says, also by way of other routes of the process. Only
 * what stands there as a name is seen, not an address that is made at run time. Reads the model each time, starts nothing.
 */
final class RoutesToBatch {

    static final String BATCH = "batch:";
    static final String DIRECT = "direct:";
    static final String JOB = "job:";

    /** Endpoints from one route to another that do not call it, but leave the message for another thread of it. */
    private static final Pattern LEFT = Pattern.compile("(seda|stub|disruptor|disruptor-vm|vm):.*");

    private static final Pattern COMPUTED = Pattern.compile("\\bbatch:(//)?[$]");

    /** Of an address, or of several: the scheme is made at run time too. */
    private static final Pattern UNKNOWN = Pattern.compile("(^|,)\\s*[$]");

    private static final Pattern COMPUTED_ROUTE =
            Pattern.compile("(direct|seda|stub|disruptor|disruptor-vm|vm):(//)?[^?,]*[$]");

    private static final Pattern NAMED =
            Pattern.compile("(?:batch|direct|seda|stub|disruptor|disruptor-vm|vm):[\\w.-]+");

    private final CamelContext context;
    private final Collection<RouteDefinition> routes;

    RoutesToBatch(CamelContext context, Collection<RouteDefinition> routes) {
        this.context = context;
        this.routes = routes;
    }

    /** What the route consumes, with the values of placeholders, without options. */
    String input(RouteDefinition route) {
        return uri(route.getInput().getEndpointUri());
    }

    /** The steps of the route, and of those that it calls. */
    Set<ProcessorDefinition<?>> calledBy(RouteDefinition route) {
        Set<ProcessorDefinition<?>> steps = Collections.newSetFromMap(new IdentityHashMap<>());
        addCalledBy(route, steps, new HashSet<>());
        return steps;
    }

    private void addCalledBy(RouteDefinition route, Set<ProcessorDefinition<?>> steps, Set<RouteDefinition> seen) {
        if (seen.add(route)) {
            all(route.getOutputs()).forEach(step -> {
                steps.add(step);
                targets(step)
                        .filter(target -> target.startsWith(DIRECT))
                        .flatMap(this::consumers)
                        .forEach(called -> addCalledBy(called, steps, seen));
            });
        }
    }

    /** The first batch that the route leads to, whatever is in between, or null. */
    @Nullable
    String batch(RouteDefinition route) {
        return first(BATCH, route.getOutputs(), new HashSet<>());
    }

    /** Likewise, of one step and the steps within it. */
    @Nullable
    String batch(ProcessorDefinition<?> step) {
        return first(BATCH, List.of(step), new HashSet<>());
    }

    /** Whether one of the steps within this one leads to a batch. */
    boolean containsBatch(ProcessorDefinition<?> step) {
        return first(BATCH, step.getOutputs(), new HashSet<>()) != null;
    }

    /** The endpoint, which one of the step's is, leads to a batch by another thread of its route; else null. */
    @Nullable
    String leftForAnotherThread(ProcessorDefinition<?> step) {
        return targets(step)
                .filter(target -> LEFT.matcher(target).matches() && leadTo(BATCH, target, new HashSet<>()) != null)
                .findFirst()
                .orElse(null);
    }

    /** Whether an endpoint that stands in the step itself leads to a batch. */
    boolean sendsToBatch(ProcessorDefinition<?> step) {
        return targets(step).anyMatch(target -> leadTo(BATCH, target, new HashSet<>()) != null);
    }

    /** Whether an address in it is a batch's, the name of which is known at run time only. */
    boolean makesNameOfBatch(ProcessorDefinition<?> step) {
        String written = step instanceof SendDefinition ? null : address(step);
        return written != null && COMPUTED.matcher(resolved(written)).find();
    }

    /** Whether the step, or one within it, also by way of other routes, has an address that may turn out to be a batch's. */
    boolean mayLeadToBatchAtRunTime(ProcessorDefinition<?> step) {
        return mayLeadToBatchAtRunTime(List.of(step), new HashSet<>());
    }

    private boolean mayLeadToBatchAtRunTime(List<ProcessorDefinition<?>> steps, Set<RouteDefinition> seen) {
        for (ProcessorDefinition<?> step : all(steps)) {
            if (mayBeOfBatch(step, seen)
                    || targets(step)
                            .flatMap(this::consumers)
                            .filter(seen::add)
                            .anyMatch(next -> mayLeadToBatchAtRunTime(next.getOutputs(), seen))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the step's own address may be that of a batch, or of a route that leads to one, when it is made. */
    private boolean mayBeOfBatch(ProcessorDefinition<?> step, Set<RouteDefinition> seen) {
        String written = step instanceof ToDynamicDefinition
                        || step instanceof RecipientListDefinition
                        || step instanceof RoutingSlipDefinition
                        || step instanceof DynamicRouterDefinition
                        || step instanceof EnrichDefinition
                ? address(step)
                : null;
        if (written == null) {
            return false;
        }
        String language =
                step instanceof ExpressionNode node ? node.getExpression().getLanguage() : "simple";
        if (language.equals("constant")) {
            return false;
        }
        String address = resolved(written);
        if (!language.equals("simple") || UNKNOWN.matcher(address).find()) {
            return routes.stream().anyMatch(route -> input(route).startsWith(BATCH));
        }
        Matcher computed = COMPUTED_ROUTE.matcher(address);
        return computed.find()
                && routes.stream()
                        .filter(route -> input(route).startsWith(computed.group(1) + ":"))
                        .anyMatch(route -> batch(route) != null
                                || (seen.add(route) && mayLeadToBatchAtRunTime(route.getOutputs(), seen)));
    }

    /** Whether a step hands over to a batch, and one behind it in the same sequence leads to one as well. */
    boolean isFollowedByBatch(ProcessorDefinition<?> step, RouteDefinition route) {
        if (!(step instanceof SendDefinition) || targets(step).noneMatch(target -> target.startsWith(BATCH))) {
            return false;
        }
        Stream<List<ProcessorDefinition<?>>> within = all(route.getOutputs()).stream()
                .filter(around -> RouteCheck.SAME_EXCHANGE.contains(around.getClass()))
                .flatMap(RoutesToBatch::sequences);
        return Stream.concat(Stream.of(route.getOutputs()), within)
                .filter(sequence -> sequence.contains(step))
                .map(sequence -> sequence.subList(sequence.indexOf(step) + 1, sequence.size()))
                .anyMatch(behind -> first(BATCH, behind, new HashSet<>()) != null);
    }

    /** What runs within a step, one behind the other: Camel says the branches of a choice as if they were one. */
    private static Stream<List<ProcessorDefinition<?>>> sequences(ProcessorDefinition<?> step) {
        if (!(step instanceof ChoiceDefinition choice)) {
            return Stream.of(step.getOutputs());
        }
        // Those of each when are steps of their own.
        return choice.getOtherwise() == null
                ? Stream.empty()
                : Stream.of(choice.getOtherwise().getOutputs());
    }

    /** Where a step sends to, as it is written: an address, or an expression that makes one; null if it sends nowhere. */
    private static @Nullable String address(ProcessorDefinition<?> step) {
        if (step instanceof SendDefinition<?> send) {
            return send.getEndpointUri();
        }
        if (step instanceof ToDynamicDefinition dynamic) {
            return dynamic.getUri();
        }
        return step instanceof ExpressionNode node && node.getExpression() != null
                ? node.getExpression().getExpression()
                : null;
    }

    /** The endpoints of other routes and of batches that stand in a step. */
    Stream<String> targets(ProcessorDefinition<?> step) {
        String written = address(step);
        if (written == null) {
            return Stream.empty();
        }
        if (step instanceof SendDefinition) {
            return Stream.of(uri(written));
        }
        List<String> named = new ArrayList<>();
        Matcher names = NAMED.matcher(resolved(written));
        while (names.find()) {
            named.add(names.group());
        }
        return named.stream();
    }

    /**
     * The query of a {@code sql:} step, or the {@code file:} or {@code classpath:} that it is in; null of other steps, and of
     * those with a data source of their own.
     */
    @Nullable
    String query(ProcessorDefinition<?> step) {
        if (!(step instanceof SendDefinition<?> send) || send.getEndpointUri() == null) {
            return null;
        }
        String uri = resolved(send.getEndpointUri());
        if (!uri.startsWith("sql:") || uri.contains("dataSource=")) {
            return null;
        }
        String query = uri.substring("sql:".length()).replaceFirst("^//", "");
        // What follows the last question mark are options, unless the query itself has one.
        String withoutOptions = query.replaceFirst("\\?[\\w.]+=[^?\\s]*$", "");
        return ResourceHelper.hasScheme(withoutOptions) ? ResourcePath.asResource(withoutOptions) : withoutOptions;
    }

    /** What a step needs and does not find: a value of a placeholder, or a file. */
    Optional<Finding> missing(RouteDefinition route, ProcessorDefinition<?> step) {
        String written = step instanceof SendDefinition<?> send ? send.getEndpointUri() : null;
        if (written == null) {
            return Optional.empty();
        }
        try {
            context.resolvePropertyPlaceholders(written);
        } catch (IllegalArgumentException e) {
            String what = String.valueOf(e.getMessage()).replaceFirst("(?s) for property.*|\\.?\\s*$", "");
            return Optional.of(StepPlace.finding(
                    route,
                    step,
                    ": " + what,
                    "set it in application.properties of the routes folder, or give a default, {{name:default}}."));
        }
        String query = query(step);
        if (query != null && ResourceHelper.hasScheme(query)) {
            try {
                ResourceHelper.resolveMandatoryResourceAsInputStream(context, query)
                        .close();
            } catch (IOException e) {
                return Optional.of(StepPlace.finding(
                        route,
                        step,
                        ": %s cannot be read".formatted(query),
                        "correct the path, or put the file there."));
            }
        }
        return Optional.empty();
    }

    /** The routes that consume an endpoint of another one. */
    Stream<RouteDefinition> consumers(String uri) {
        return routes.stream().filter(route -> input(route).equals(uri));
    }

    /** Whether the route enqueues jobs. */
    boolean leadsToJob(RouteDefinition route) {
        return first(JOB, route.getOutputs(), new HashSet<>()) != null;
    }

    private @Nullable String first(String scheme, List<ProcessorDefinition<?>> steps, Set<RouteDefinition> seen) {
        for (ProcessorDefinition<?> step : all(steps)) {
            for (String target : targets(step).toList()) {
                String found = leadTo(scheme, target, seen);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private @Nullable String leadTo(String scheme, String target, Set<RouteDefinition> seen) {
        if (target.startsWith(scheme)) {
            return target;
        }
        if (target.startsWith(DIRECT) || LEFT.matcher(target).matches()) {
            for (RouteDefinition next : consumers(target).toList()) {
                String found = seen.add(next) ? first(scheme, next.getOutputs(), seen) : null;
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // the signature is Camel's
    static Collection<ProcessorDefinition<?>> all(List<ProcessorDefinition<?>> steps) {
        return (Collection) ProcessorDefinitionHelper.filterTypeInOutputs(steps, ProcessorDefinition.class);
    }

    private String uri(@Nullable String written) {
        String uri = resolved(String.valueOf(written)).replaceFirst("^([a-z-]+:)//", "$1");
        int options = uri.indexOf('?');
        return options < 0 ? uri : uri.substring(0, options);
    }

    /** With the values of its placeholders; as it is written where one has none, which Camel itself will say. */
    String resolved(String written) {
        if (!written.contains(PropertiesComponent.PREFIX_TOKEN)) {
            return written;
        }
        try {
            return context.resolvePropertyPlaceholders(written);
        } catch (IllegalArgumentException e) {
            return written;
        }
    }
}

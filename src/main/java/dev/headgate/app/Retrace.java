package dev.headgate.app;

import dev.headgate.HeadgateException;
import dev.headgate.batch.BatchComponent;
import dev.headgate.batch.RouteCheck;
import dev.headgate.message.Identity;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.SourcePosition;
import dev.headgate.outbox.OutboxEndpoint;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.main.Main;
import org.apache.camel.model.DelayDefinition;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.IdempotentConsumerDefinition;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.PollEnrichDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ThrottleDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.support.PluginHelper;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The routes of a folder as far as their batches: they are asked what they would make of a message, and nothing is done.
 *
 * <p>A message goes through its own route's steps, up to the batch, which takes none. Steps are left out that only take time
 * or say something, and those that leave the process: what becomes of a message behind one of these is not {@link
 * Way#certain}. All others are run, as they are at each redelivery. Nothing is consumed. For one thread.
 */
public final class Retrace implements AutoCloseable {

    private static final String PROPERTY = "HeadgateRetrace";

    /** Endpoints that do nothing outside of the exchange. */
    private static final Set<String> INSIDE = Set.of(
            "batch",
            "direct",
            "json-schema",
            "decode",
            "encode",
            "bean",
            "class",
            "language",
            "dataformat",
            "validator");

    private static final Set<Class<?>> OUTSIDE = Set.of(
            ToDynamicDefinition.class,
            EnrichDefinition.class,
            PollEnrichDefinition.class,
            RecipientListDefinition.class,
            RoutingSlipDefinition.class,
            DynamicRouterDefinition.class);

    private static final Set<Class<?>> WITHOUT_EFFECT =
            Set.of(ThrottleDefinition.class, DelayDefinition.class, LogDefinition.class, WireTapDefinition.class);

    /**
     * A route from Kafka to a batch.
     *
     * @param name its id
     */
    public record Pipeline(String name, KafkaEndpoint source) {

        /** The consumer group that it reads as. */
        public String group() {
            return source.getConfiguration().getGroupId();
        }
    }

    /**
     * A route from the outbox.
     *
     * @param targets the addresses that it sends to, with the values of placeholders
     * @param plain whether it does nothing but send
     * @param exactlyOnce whether it is to send each entry once, whatever becomes of its processes
     */
    public record Relay(String route, String destination, List<String> targets, boolean plain, boolean exactlyOnce) {}

    /**
     * What comes to a batch of a message, all of it or a part.
     *
     * @param rejected whether it comes as a dead letter
     */
    public record Arrival(Identity identity, SourcePosition position, boolean rejected) {}

    /**
     * The way of a message.
     *
     * @param arrivals what comes to a batch: nothing if the route filters it
     * @param certain whether no step was left out, and none failed, on which it could depend
     */
    public record Way(List<Arrival> arrivals, boolean certain) {}

    private static final class Trace {
        private final List<Arrival> arrivals = new ArrayList<>();
        private boolean certain = true;
    }

    private final Main main;
    private final List<Pipeline> pipelines = new ArrayList<>();
    private final List<Relay> relays = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private final Map<String, Processor> entrances = new HashMap<>();

    private Retrace(Main main) {
        this.main = main;
    }

    /**
     * Starts the routes of a folder in which {@code check} finds no error.
     *
     * @throws dev.headgate.HeadgateException if they cannot be started
     */
    public static Retrace start(Path routes, Settings settings) {
        Retrace retrace = new Retrace(new Main());
        try {
            retrace.open(routes, settings);
            return retrace;
        } catch (RuntimeException | Error e) {
            retrace.close();
            throw e;
        }
    }

    private void open(Path routes, Settings settings) {
        Settings quiet = settings.with(
                Map.of("camel.management.enabled", "false", "camel.main.jmx-enabled", "false"), "this command");
        Headgate.configure(main, quiet, routes);
        main.configure().setStartupSummaryLevel(StartupSummaryLevel.Off);
        BatchComponent batch = new BatchComponent();
        batch.observe((exchange, identity, rejected) ->
                trace(exchange).arrivals.add(new Arrival(identity, SourcePosition.of(exchange), rejected)));
        Headgate.bind(main, new PGSimpleDataSource(), MessageLimit.NONE, new AskedKeys(), batch);
        main.init();
        CamelContext context = main.getCamelContext();
        read(context, routes);
        Map<String, String> sources = lead(context);
        main.start();
        sources.forEach((name, uri) -> {
            pipelines.add(new Pipeline(name, context.getEndpoint(uri, KafkaEndpoint.class)));
            entrances.put(
                    name,
                    Objects.requireNonNull(context.getRoute(name)).getConsumer().getProcessor());
        });
    }

    private static void read(CamelContext context, Path routes) {
        try {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(RouteFiles.resources(routes.toAbsolutePath().normalize()));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new HeadgateException("The routes of " + routes + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Has the routes from Kafka begin at an entrance of this process, and all others, but those they call, not at all. */
    private Map<String, String> lead(CamelContext context) {
        List<RouteDefinition> all =
                context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions();
        List<RouteDefinition> toBatch = RouteCheck.sources(context, all);
        Map<String, String> sources = new LinkedHashMap<>();
        for (RouteDefinition route : all) {
            String uri = context.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
            note(context, route, uri);
            boolean source = toBatch.contains(route) && uri.startsWith("kafka:");
            if (toBatch.contains(route) && !source) {
                unread.add(route.getId());
            }
            if (source) {
                sources.put(route.getId(), uri);
                route.getInput().setUri("direct:retrace-" + route.getId());
            }
            if (source || uri.startsWith("direct:")) {
                leaveOut(context, route.getOutputs());
                route.setAutoStartup("true");
            } else {
                route.setAutoStartup("false");
            }
        }
        return sources;
    }

    private void note(CamelContext context, RouteDefinition route, String uri) {
        List<String> targets =
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), SendDefinition.class).stream()
                        .map(step -> context.resolvePropertyPlaceholders(step.getEndpointUri()))
                        .toList();
        targets.stream().filter(target -> target.startsWith("objects:")).forEach(objects::add);
        if (uri.startsWith("outbox:")) {
            boolean plain =
                    ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
                                    .stream()
                                    .filter(step -> !step.isAbstract())
                                    .count()
                            == targets.size();
            OutboxEndpoint outbox = context.getEndpoint(uri, OutboxEndpoint.class);
            relays.add(new Relay(
                    route.getId(),
                    outbox.getDestination(),
                    targets,
                    plain,
                    outbox.getConfiguration().isExactlyOnce()));
        }
    }

    private static void leaveOut(CamelContext context, List<ProcessorDefinition<?>> steps) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            ProcessorDefinition<?> step = steps.get(i);
            if (WITHOUT_EFFECT.contains(step.getClass())) {
                steps.remove(i);
            } else if (isOutside(context, step)) {
                steps.set(i, new ProcessDefinition(exchange -> trace(exchange).certain = false));
            } else {
                if (step instanceof IdempotentConsumerDefinition consumer
                        && !"#ledger".equals(consumer.getIdempotentRepository())) {
                    // Another memory may refuse it, and must not learn of it.
                    consumer.setIdempotentRepository("#ledger");
                    steps.add(i, new ProcessDefinition(exchange -> trace(exchange).certain = false));
                }
                leaveOut(context, step.getOutputs());
            }
        }
    }

    private static boolean isOutside(CamelContext context, ProcessorDefinition<?> step) {
        if (!(step instanceof SendDefinition<?> send)) {
            return OUTSIDE.contains(step.getClass());
        }
        String uri = context.resolvePropertyPlaceholders(send.getEndpointUri());
        int colon = uri.indexOf(':');
        return !INSIDE.contains(colon < 0 ? uri : uri.substring(0, colon));
    }

    /** The routes from Kafka to a batch. */
    public List<Pipeline> pipelines() {
        return pipelines;
    }

    /** The ids of routes to a batch from a source that keeps no log. */
    public List<String> unread() {
        return unread;
    }

    public List<Relay> relays() {
        return relays;
    }

    /** The addresses of {@code objects:} that the routes put to. */
    public List<String> objects() {
        return objects;
    }

    /** With the components that the routes would have; stopped with this. */
    public CamelContext camelContext() {
        return main.getCamelContext();
    }

    /**
     * Leads a message through its route.
     *
     * @param exchange with its position, as it would come to the first step; used up
     */
    public Way way(Pipeline pipeline, Exchange exchange) {
        Trace trace = new Trace();
        exchange.setProperty(PROPERTY, trace);
        try {
            Objects.requireNonNull(entrances.get(pipeline.name)).process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        return new Way(trace.arrivals, trace.certain && exchange.getException() == null);
    }

    private static Trace trace(Exchange exchange) {
        return Objects.requireNonNull(exchange.getProperty(PROPERTY, Trace.class));
    }

    @Override
    public void close() {
        main.stop();
    }
}

package dev.headgate.app;

import dev.headgate.Finding;
import dev.headgate.HeadgateException;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.BatchEndpoint;
import dev.headgate.database.Migrations;
import dev.headgate.failure.Failure;
import dev.headgate.manage.ReloadOutcome;
import dev.headgate.settings.Settings;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RouteStartupOrder;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces routes that run by what their files have become: YAML, and the SQL and schemas that it names.
 *
 * <p>All is checked first, as before a start and with the database; with a fault nothing is touched. Then those pipelines
 * alone whose files differ take no more messages, write and acknowledge what they have, and end, sources before the batches
 * that they fill; the new ones start in reverse. What could not be written in the time of a stop is not acknowledged, and
 * comes again. If the new ones do not start, the old YAML does. Settings are those of the start. Thread-safe; one at a time.
 */
final class RouteReload {

    private static final Logger LOG = LoggerFactory.getLogger(RouteReload.class);
    private static final Duration AFTER_GIVING_UP = Duration.ofSeconds(5);
    private static final String RESTART = "restart to have that";

    private final CamelContext context;
    private final Path folder;
    private final Settings settings;
    private final InflightLimit limit;
    private final Supplier<Duration> patience;
    private final Runnable then;
    private RouteTexts running;

    /**
     * @param folder absolute
     * @param patience how long what is in flight may take to be written
     * @param then called when routes were replaced
     */
    RouteReload(
            CamelContext context,
            Path folder,
            Settings settings,
            InflightLimit limit,
            Supplier<Duration> patience,
            Runnable then) {
        this.context = context;
        this.folder = folder;
        this.settings = settings;
        this.limit = limit;
        this.patience = patience;
        this.then = then;
        this.running = read();
    }

    /** The files as they are now. */
    RouteTexts read() {
        return RouteTexts.read(folder, settings);
    }

    /** Looks at the files, replaces what differs, and says so in the log. */
    synchronized ReloadOutcome reload() {
        long began = System.nanoTime();
        ReloadOutcome outcome;
        try {
            outcome = replaceChanged();
        } catch (HeadgateException e) {
            outcome = ReloadOutcome.refused(List.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.debug("Cannot reload", e);
            outcome = ReloadOutcome.refused(List.of("the files cannot be checked (" + Failure.summary(e) + ")."));
        }
        if (!outcome.refused().isEmpty()) {
            int others = outcome.refused().size() - 1;
            LOG.warn(
                    "{}: {}{}",
                    outcome.down() ? "The routes have stopped" : "Not reloaded, the old routes run on",
                    outcome.refused().get(0),
                    others == 0 ? "" : " (%d more; `headgate check` says all)".formatted(others));
        }
        outcome.restart().forEach(what -> LOG.warn("{}", what));
        if (!outcome.started().isEmpty() || !outcome.stopped().isEmpty()) {
            LOG.info(
                    "Reloaded in {} ms: started {}, stopped for good {}",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                    outcome.started(),
                    outcome.stopped());
        }
        return outcome;
    }

    private ReloadOutcome replaceChanged() {
        RouteTexts now = read();
        List<String> restart = new ArrayList<>();
        if (running.hasOtherProperties(now)) {
            restart.add(folder.resolve("application.properties") + " has changed, and is read at a start only: "
                    + RESTART + ".");
        }
        Set<Path> changed = running.changed(now);
        if (changed.isEmpty()) {
            running = now;
            return new ReloadOutcome(List.of(), List.of(), List.of(), restart);
        }
        List<String> refused = faults(now, changed);
        if (!refused.isEmpty()) {
            return new ReloadOutcome(List.of(), List.of(), refused, restart);
        }
        Set<Path> files = running.connected(now, changed);
        List<RouteDefinition> old = definitions(files);
        List<String> before = old.stream().map(RouteDefinition::getId).toList();
        drain(before);
        try {
            remove(old);
            removeBatches();
            start(files, now);
        } catch (Exception e) {
            String why = changed.iterator().next() + ": the new routes do not start (" + Failure.summary(e) + ")";
            return startAgain(files)
                    ? ReloadOutcome.refused(List.of(why + "."))
                    : ReloadOutcome.down(why + ", and the old ones neither: restart.");
        }
        running = now;
        List<String> started =
                definitions(files).stream().map(RouteDefinition::getId).toList();
        List<String> ended = before.stream().filter(id -> !started.contains(id)).toList();
        ended.forEach(limit::forget);
        then.run();
        return new ReloadOutcome(started, ended, List.of(), restart);
    }

    /** All that is wrong, and what a start alone can do. */
    private List<String> faults(RouteTexts now, Set<Path> changed) {
        Set<String> others = now.others(changed);
        others.addAll(running.others(changed));
        if (!others.isEmpty()) {
            return List.of("%s: it holds %s, and routes alone are replaced while others run: %s."
                    .formatted(changed.iterator().next(), String.join(", ", others), RESTART));
        }
        List<Finding> pending = new Migrations(settings).pending(folder);
        if (!pending.isEmpty()) {
            return pending.stream()
                    .map(finding -> "%s: %s: restart, a start applies it.".formatted(finding.file(), finding.what()))
                    .toList();
        }
        return RoutesCheck.findings(folder, settings, true).stream()
                .filter(finding -> !finding.warning())
                .map(Finding::text)
                .toList();
    }

    /** The routes that run of these files. */
    private List<RouteDefinition> definitions(Set<Path> files) {
        return model().getRouteDefinitions().stream()
                .filter(route -> route.getResource() != null
                        && files.contains(
                                Path.of(route.getResource().getLocation().replaceFirst("^file:", ""))))
                .toList();
    }

    /**
     * As at the end of the process, these routes alone. When the time is over batches give up what they could not write, so
     * that sources need not wait for it.
     */
    private void drain(List<String> ids) {
        List<RouteStartupOrder> started = context.getCamelContextExtension().getRouteStartupOrder().stream()
                .filter(order -> ids.contains(order.getRoute().getId()))
                .toList();
        Duration time = patience.get();
        CompletableFuture<Void> givingUp = CompletableFuture.runAsync(
                () -> giveUp(started), CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS));
        try {
            context.getShutdownStrategy()
                    .shutdown(context, started, time.plus(AFTER_GIVING_UP).toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            // Those that did not end are stopped when they are removed.
            LOG.warn("Routes did not end in order: {}", Failure.summary(e));
        } finally {
            givingUp.cancel(false);
        }
    }

    private static void giveUp(List<RouteStartupOrder> routes) {
        for (RouteStartupOrder order : routes) {
            if (order.getRoute().getEndpoint() instanceof BatchEndpoint
                    && order.getInput() instanceof ShutdownAware batch) {
                batch.prepareShutdown(false, true);
            }
        }
    }

    /** What the error handlers of routes that are gone have sent to, which Camel leaves. */
    private void removeBatches() throws Exception {
        for (Endpoint endpoint : List.copyOf(context.getEndpoints())) {
            if (endpoint instanceof BatchEndpoint batch
                    && !batch.getComponent().batches().containsKey(batch.getName())) {
                context.removeEndpoint(endpoint);
            }
        }
    }

    private void remove(List<RouteDefinition> routes) throws Exception {
        model().removeRouteDefinitions(routes);
    }

    /** Batches first, so that no source finds one missing. */
    private void start(Set<Path> files, RouteTexts texts) throws Exception {
        List<Resource> resources = files.stream()
                .filter(texts.files()::contains)
                .<Resource>map(file -> new Text(file, Objects.requireNonNull(texts.content(file))))
                .toList();
        List<RouteDefinition> routes = new ArrayList<>();
        for (RoutesBuilder builder : PluginHelper.getRoutesLoader(context).findRoutesBuilders(resources)) {
            if (builder instanceof RouteBuilder read) {
                read.configureRoutes(context);
                read.getRouteCollection().getRoutes().forEach(read.getRouteCollection()::prepareRoute);
                routes.addAll(read.getRouteCollection().getRoutes());
            }
        }
        routes.sort(Comparator.comparing(this::startsLate));
        model().addRouteDefinitions(routes);
    }

    private boolean startsLate(RouteDefinition route) {
        String uri = context.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
        return !uri.startsWith("batch:") && !uri.startsWith("direct:");
    }

    /** Whether what ran before runs again. */
    private boolean startAgain(Set<Path> files) {
        try {
            List<RouteDefinition> half = definitions(files);
            drain(half.stream().map(RouteDefinition::getId).toList());
            remove(half);
            start(files, running);
            return true;
        } catch (Exception e) {
            LOG.error("The old routes of {} do not start again", files, e);
            return false;
        }
    }

    private Model model() {
        return context.getCamelContextExtension().getContextPlugin(Model.class);
    }

    /** A route file as it was read, under its name. */
    private static final class Text extends ResourceSupport {

        private final byte[] content;

        Text(Path file, byte[] content) {
            super("file", "file:" + file);
            this.content = content;
        }

        @Override
        public boolean exists() {
            return true;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(content);
        }
    }
}

package dev.headgate.manage.meters;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.BatchListener;
import dev.headgate.job.JobEndpoint;
import dev.headgate.job.JobListener;
import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.ConsumerListener;
import dev.headgate.ledger.Ledger;
import dev.headgate.outbox.OutboxEndpoint;
import dev.headgate.outbox.OutboxListener;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;

/**
 * All meters of one Headgate, and what fills them. Its listeners are to be told from the start; {@link #watch} begins the
 * rest. Thread-safe.
 */
public final class HeadgateMeters implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final ScheduledThreadPoolExecutor thread;
    private final InflightLimit limit;
    private final InstantSource clock;
    private final BatchMeters batches;
    private final OutboxMeters outbox;
    private final JobMeters jobs;
    private final SourceMeters sources;
    private final ThrottleMeters throttles;
    private final Counter refusedRequests;
    private @Nullable ServerPolls polls;

    public HeadgateMeters(InflightLimit limit, InstantSource clock) {
        this.limit = limit;
        this.clock = clock;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "meters");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setRemoveOnCancelPolicy(true);
        PrometheusRegistry prometheus = registry.getPrometheusRegistry();
        StageMeters stages = new StageMeters(prometheus);
        batches = new BatchMeters(prometheus, stages, clock);
        outbox = new OutboxMeters(prometheus);
        jobs = new JobMeters(prometheus);
        sources = new SourceMeters(registry, stages, clock, thread);
        throttles = new ThrottleMeters(prometheus);
        refusedRequests = Meters.MANAGEMENT_REFUSED.counter(prometheus);
        Meters.BUILD.info(prometheus, Build.version(), Build.commit());
        bind(new ClassLoaderMetrics());
        bind(new JvmMemoryMetrics());
        bind(collections);
        bind(new JvmThreadMetrics());
        bind(new FileDescriptorMetrics());
        bind(new ProcessorMetrics());
        bind(new UptimeMetrics());
    }

    /** Where all meters are, those of libraries too. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** What they say now. */
    public MeterSnapshot read() {
        return MeterSnapshot.of(registry.getPrometheusRegistry(), clock.instant());
    }

    public ConsumerListener acknowledgements() {
        return sources;
    }

    /** Counts one more request to the management server with wrong credentials. */
    public void requestRefused() {
        refusedRequests.inc();
    }

    public BatchListener batches() {
        return batches;
    }

    public OutboxListener outbox() {
        return outbox;
    }

    public JobListener jobs() {
        return jobs;
    }

    /** Shows the state of this context and asks its servers; before its routes are made. */
    public void watch(CamelContext context, DataSource dataSource, Ledger ledger, AcknowledgingClientFactory clients) {
        context.getCamelContextExtension().addInterceptStrategy(throttles);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onRoutesAdd(Collection<Route> routes) {
                routes.forEach(route -> expect(route));
            }
        });
        new StateMeters(registry.getPrometheusRegistry(), limit, batches).show(context, ledger);
        WaitingMeters waiting = new WaitingMeters(context, limit, clock);
        waiting.show(registry.getPrometheusRegistry());
        Backlog backlog = new Backlog(dataSource, new TableQueries(dataSource)::ask);
        polls = new ServerPolls(context, backlog, clients, jobs, waiting);
        polls.start(registry.getPrometheusRegistry(), thread);
    }

    @Override
    public void close() {
        thread.shutdownNow().clear();
        if (polls != null) {
            polls.close();
        }
        collections.close();
        registry.close();
    }

    private void expect(Route route) {
        if (route.getEndpoint() instanceof OutboxEndpoint endpoint) {
            outbox.expect(endpoint.getDestination());
        }
        if (route.getEndpoint() instanceof JobEndpoint endpoint) {
            jobs.expect(endpoint.getQueue());
        }
        if (limit.sources().stream().anyMatch(source -> source.routeId().equals(route.getRouteId()))) {
            throttles.expect(route.getRouteId());
            batches.expect(route.getRouteId());
        }
    }

    private void bind(MeterBinder meters) {
        meters.bindTo(registry);
    }
}

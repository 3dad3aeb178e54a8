package dev.headgate.job;

import dev.headgate.database.Installation;
import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.FailureLog;
import dev.headgate.message.Headers;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import dev.headgate.polling.Poller;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of a queue: as many threads as its concurrency, each with one job at a time through the route.
 *
 * <p>An attempt ends when its exchange does: where the route hands it over to {@code batch:}, after the batch has committed.
 * Suspending or stopping claims nothing more, gives back what no handler has begun, and lets the others end.
 */
final class JobConsumer extends DefaultConsumer implements ShutdownAware, Suspendable {

    private static final Logger LOG = LoggerFactory.getLogger(JobConsumer.class);
    private static final long AFTER_INTERRUPT_SECONDS = 5;

    private final JobEndpoint endpoint;
    private final Poller poller;
    private final JobWorker worker;
    private final ReplaySeal seal;
    private final @Nullable QueueSchedule schedule;
    private @Nullable ExecutorService handlers;
    private @Nullable ExecutorService settler;

    JobConsumer(JobEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        JobComponent component = endpoint.getComponent();
        this.worker = new JobWorker(
                endpoint.getConfiguration().workerOptions(endpoint.getQueue()),
                new JobTable(component.requireDataSource()),
                component.lease(),
                component.attempts(endpoint.getQueue()),
                new JobRate(endpoint.getConfiguration().getMaxRate()),
                this::handle,
                component.listeners(),
                this::wakePoller,
                this::settle);
        this.seal = new ReplaySeal(
                () -> Installation.read(component.requireDataSource()).secret());
        this.poller = new Poller(
                worker,
                new FailureLog(
                        LOG,
                        "Jobs of " + endpoint.getQueue(),
                        InstantSource.system(),
                        Diagnosis.in(endpoint.getCamelContext())));
        CronSchedule runs = endpoint.getConfiguration().cronSchedule();
        this.schedule = runs == null
                ? null
                : new QueueSchedule(endpoint.getQueue(), runs, component.clock(), component.requireDataSource());
    }

    String queue() {
        return endpoint.getQueue();
    }

    JobWorker worker() {
        return worker;
    }

    /** There may be more jobs. */
    void wake() {
        worker.refilled();
    }

    private void wakePoller() {
        poller.wake();
    }

    private void settle(Runnable task) {
        Objects.requireNonNull(settler).execute(task);
    }

    /** Enqueues the runs of the schedule, if there is one, that are due; returns how many. */
    int runSchedule() {
        return schedule == null ? 0 : schedule.run();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        String name = "job-" + endpoint.getQueue();
        handlers = endpoint.getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(this, name, endpoint.getConfiguration().getConcurrency());
        for (int i = 0; i < endpoint.getConfiguration().getConcurrency(); i++) {
            handlers.execute(worker::handle);
        }
        settler =
                endpoint.getCamelContext().getExecutorServiceManager().newSingleThreadExecutor(this, name + "-settle");
        worker.claiming(true);
        poller.start(endpoint.getCamelContext(), name + "-poll");
        endpoint.getComponent().add(this);
    }

    @Override
    protected void doSuspend() {
        worker.claiming(false);
    }

    @Override
    protected void doResume() {
        worker.claiming(true);
    }

    @Override
    protected void doStop() throws Exception {
        worker.claiming(false);
        if (handlers != null) {
            handlers.shutdownNow();
            boolean ended = handlers.awaitTermination(AFTER_INTERRUPT_SECONDS, TimeUnit.SECONDS);
            LOG.debug("Handlers of {} ended: {}", endpoint.getQueue(), ended);
            handlers = null;
        }
        poller.stop(endpoint.getCamelContext());
        if (settler != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdown(settler);
            settler = null;
        }
        endpoint.getComponent().remove(this);
        super.doStop();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    @Override
    public int getPendingExchangesSize() {
        return worker.inHand();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        if (forced && handlers != null) {
            handlers.shutdownNow();
        }
    }

    private void handle(Job job, JobWorker.Result result) {
        String installation = endpoint.getComponent().installation();
        Exchange exchange = createExchange(false);
        fill(exchange.getMessage(), job, installation);
        new SourcePosition.Job(job.queue(), job.id()).enter(exchange, new Synchronization() {
            @Override
            public void onComplete(Exchange ended) {
                result.ended(
                        ended.isRollbackOnly()
                                ? new IllegalStateException("The route marked the exchange for rollback")
                                : null);
            }

            @Override
            public void onFailure(Exchange ended) {
                Exception failure = ended.getException();
                result.ended(
                        failure == null ? new IllegalStateException("The exchange failed without a cause") : failure);
            }
        });
        seal.recognise(exchange);
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            result.ended(e);
        } finally {
            releaseExchange(exchange, false);
        }
    }

    private static void fill(Message message, Job job, String installation) {
        message.setBody(job.payload());
        if (job.headers() != null) {
            // Those of Camel would say what the steps do.
            Headers.parse(job.headers()).forEach((name, value) -> {
                if (Headers.isOwn(name)) {
                    message.setHeader(name, value);
                }
            });
        }
        message.setHeader(JobHeaders.ID, job.id());
        message.setHeader(JobHeaders.QUEUE, job.queue());
        message.setHeader(JobHeaders.ATTEMPT, job.attempt());
        message.setHeader(JobHeaders.MAX_ATTEMPTS, job.maxAttempts());
        message.setHeader(JobHeaders.SCHEDULED_AT, job.scheduledAt());
        message.setHeader(JobHeaders.MESSAGE_ID, installation + "-job-" + job.id());
    }
}

package dev.headgate.batch;

import dev.headgate.HeadgateException;
import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.Listeners;
import dev.headgate.message.Message;
import dev.headgate.message.StepName;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of {@code batch:name}: each has a thread that sends its batches through this consumer's route, in one
 * transaction each.
 *
 * <p>At a graceful shutdown it stays until all sources have stopped and nothing is pending; from the first sign of it
 * batches close without lingering. Stopped before that, it fails what is left, which is then not acknowledged.
 */
final class BatchConsumer extends DefaultConsumer implements ShutdownAware, RouteWriter.Route {

    private static final int MOST_REPLAYS = 500;

    private final BatchEndpoint endpoint;
    private volatile List<Lane> lanes = List.of();
    private volatile @Nullable ManagedBatch managed;
    private @Nullable ExecutorService threads;

    BatchConsumer(BatchEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    /** The lane of an ordering key; without a key the first. */
    Lane lane(@Nullable String orderingKey) {
        List<Lane> current = lanes;
        if (current.isEmpty()) {
            throw new BatchStoppedException();
        }
        return current.get(index(orderingKey, current.size()));
    }

    /** Whether the ledger gets the key of each message. */
    boolean isKeyed() {
        return endpoint.getConfiguration().policy().keyed();
    }

    /** How it can be watched, while it is started. */
    @Nullable
    ManagedBatch managed() {
        return managed;
    }

    /** Messages waiting or being written, lane by lane. */
    List<Integer> queues() {
        return lanes.stream().map(Lane::pending).toList();
    }

    /** The messages waiting or being written, those that are done while their batch is not left out. */
    List<Message> waiting() {
        return lanes.stream()
                .flatMap(lane -> lane.waiting().stream())
                .filter(message -> !message.isDone())
                .toList();
    }

    static int index(@Nullable String orderingKey, int lanes) {
        int hash = orderingKey == null ? 0 : orderingKey.hashCode() * 0x9E3779B9;
        return Math.floorMod(hash ^ (hash >>> 16), lanes);
    }

    @Override
    public BatchEndpoint getEndpoint() {
        return endpoint;
    }

    /** Runs the steps on the calling thread, in its transaction. */
    @Override
    public @Nullable Throwable send(Batch batch) {
        Exchange exchange = createExchange(false);
        try {
            exchange.getIn().setBody(batch);
            createUoW(exchange);
            // Camel then keeps on this thread what could go on elsewhere, and no sql: step commits by itself.
            exchange.getUnitOfWork().beginTransactedBy(this);
            getProcessor().process(exchange);
            if (exchange.getException() == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
                return new HeadgateException("The route " + getRouteId() + " marked its exchange for rollback");
            }
            return exchange.getException() == null ? null : named(exchange, exchange.getException());
        } catch (Exception e) {
            return e;
        } finally {
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }

    private static Exception named(Exchange exchange, Exception failure) {
        String node = FailedStep.of(exchange);
        return node == null ? failure : new StepException(StepName.withPlace(exchange.getContext(), node), failure);
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        lanes.forEach(lane -> lane.flush(true));
        return true;
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        lanes.forEach(lane -> lane.flush(false));
    }

    @Override
    public int getPendingExchangesSize() {
        return lanes.stream().mapToInt(Lane::pending).sum();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        if (forced) {
            lanes.forEach(Lane::stop);
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        endpoint.getComponent().register(endpoint.getName(), this);
        Listeners<BatchListener> listeners =
                new Listeners<>(endpoint.getCamelContext().getRegistry().findByType(BatchListener.class));
        BatchConfiguration options = endpoint.getConfiguration();
        WriteLimit limit = new WriteLimit(options.getMaxSize(), options.getLanes(), options.getLatencyTarget());
        Hold hold = new Hold(endpoint.getName(), listeners, InstantSource.system());
        RouteWriter writer = new RouteWriter(
                endpoint.getName(),
                endpoint.getComponent().boundary(this, getRouteId(), relation(options)),
                new RouteWriter.Options(options.backoff(), options::getMaxRejected, options.policy()),
                limit,
                hold,
                listeners,
                diagnosis());
        lanes = IntStream.range(0, options.getLanes())
                .mapToObj(number -> new Lane(
                        endpoint.getName() + "/" + number,
                        accumulator(limit::size),
                        accumulator(replays(limit)),
                        writer))
                .toList();
        threads = endpoint.getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(this, "batch:" + endpoint.getName(), options.getLanes());
        lanes.forEach(threads::execute);
        ManagedBatch shown = new ManagedBatch(this, limit, hold);
        shown.register();
        managed = shown;
    }

    @Override
    protected void doStop() throws Exception {
        endpoint.getComponent().unregister(endpoint.getName(), this);
        ManagedBatch shown = managed;
        if (shown != null) {
            shown.unregister();
            managed = null;
        }
        lanes.forEach(Lane::stop);
        if (threads != null) {
            threads.shutdown();
            // The attempt in hand may end; a statement that hangs is broken off.
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                endpoint.getCamelContext().getExecutorServiceManager().shutdownNow(threads);
            }
            threads = null;
        }
        lanes = List.of();
        super.doStop();
    }

    private @Nullable BatchRelation relation(BatchConfiguration options) {
        BatchColumns columns = options.batchColumns();
        return columns == null ? null : new BatchRelation(endpoint.getName(), columns);
    }

    private Diagnosis diagnosis() {
        Diagnosis server = Diagnosis.in(endpoint.getCamelContext());
        SqlSteps steps = new SqlSteps(endpoint.getCamelContext());
        return failure -> {
            String where = steps.where(failure);
            StepException step = ObjectHelper.getException(StepException.class, failure);
            return server.of(failure)
                    + (where.isEmpty() ? "" : ", " + where)
                    + (step == null ? "" : ", step " + step.getMessage());
        };
    }

    private Accumulator accumulator(IntSupplier maxSize) {
        BatchConfiguration options = endpoint.getConfiguration();
        return new Accumulator(
                maxSize, options.getMaxBytes(), options.getLinger().toNanos());
    }

    /** Other batches wait for one attempt of replays at most, so that is not a large one. */
    private static IntSupplier replays(WriteLimit limit) {
        return () -> Math.min(MOST_REPLAYS, limit.size());
    }
}

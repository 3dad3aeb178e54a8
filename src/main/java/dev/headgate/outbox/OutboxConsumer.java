package dev.headgate.outbox;

import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import io.github.resilience4j.core.IntervalFunction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay thread with one database connection. Suspending or stopping lets the cycle in hand end: its entries are sent and
 * marked, its shards unlocked, the connection given back. A stop that is forced by Camel's shutdown timeout interrupts the
 * route; what was sent by then but not marked is sent again by the next relay.
 */
final class OutboxConsumer extends DefaultConsumer implements ShutdownAware, Suspendable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);
    private static final Duration UNTIL_WOKEN = Duration.ofDays(1);
    private static final IntervalFunction RECONNECT =
            IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(100), 2, 0.5, Duration.ofSeconds(5));
    private static final int MOST_RECONNECT_STEPS = 16;

    private final OutboxEndpoint endpoint;
    private final Wakeup work = new Wakeup();
    private final Wakeup lifecycle = new Wakeup();
    private volatile boolean running;
    private volatile boolean suspended;
    private volatile @Nullable OutboxRelay relay;
    private volatile String trouble = "";
    private @Nullable ExecutorService executor;
    private @Nullable ExecutorService senders;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    /** Why it cannot use the table at present; empty if it can. */
    String trouble() {
        return trouble;
    }

    String destination() {
        return endpoint.getDestination();
    }

    void wake() {
        work.wake();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        DataSource dataSource = endpoint.getComponent().requireDataSource();
        String subject = "Outbox relay of " + endpoint.getDestination();
        OutboxRelay started = new OutboxRelay(
                endpoint.relayOptions(),
                sender(),
                new OutboxListeners(
                        getEndpoint().getCamelContext().getRegistry().findByType(OutboxListener.class)),
                new FailureLog(LOG, subject, InstantSource.system()));
        FailureLog outage = new FailureLog(LOG, subject + ": database", InstantSource.system());
        relay = started;
        running = true;
        suspended = false;
        executor = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newSingleThreadExecutor(this, "outbox-" + endpoint.getDestination());
        executor.execute(() -> run(started, dataSource, outage));
        endpoint.getComponent().add(this);
    }

    @Override
    protected void doSuspend() {
        suspended = true;
        wakeAll();
    }

    @Override
    protected void doResume() {
        suspended = false;
        wakeAll();
    }

    @Override
    protected void doStop() throws Exception {
        endpoint.getComponent().remove(this);
        running = false;
        wakeAll();
        if (executor != null) {
            ShutdownStrategy strategy = getEndpoint().getCamelContext().getShutdownStrategy();
            long millis = TimeUnit.MILLISECONDS.convert(strategy.getTimeout(), strategy.getTimeUnit());
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(executor, millis);
            executor = null;
        }
        if (senders != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(senders);
            senders = null;
        }
        super.doStop();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    @Override
    public int getPendingExchangesSize() {
        OutboxRelay current = relay;
        return current == null ? 0 : current.entriesInHand();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        if (forced && executor != null) {
            running = false;
            executor.shutdownNow();
            if (senders != null) {
                senders.shutdownNow();
            }
        }
    }

    private void wakeAll() {
        work.wake();
        lifecycle.wake();
    }

    private void run(OutboxRelay relay, DataSource dataSource, FailureLog outage) {
        @Nullable OutboxTable table = null;
        while (running) {
            if (suspended) {
                table = discard(table);
                lifecycle.await(UNTIL_WOKEN);
                continue;
            }
            try {
                if (table == null) {
                    table = OutboxTable.open(dataSource, endpoint.getDestination());
                }
                Duration pause = relay.cycle(table);
                outage.over();
                trouble = "";
                if (!pause.isZero()) {
                    work.await(pause);
                }
            } catch (Throwable e) { // whatever it was, a relay without its thread would be a silent standstill
                table = discard(table);
                outage.failed(e, "reconnecting");
                trouble = Failure.summary(e);
                lifecycle.await(Duration.ofMillis(RECONNECT.apply(Math.min(outage.streak(), MOST_RECONNECT_STEPS))));
            }
        }
        discard(table);
    }

    private static @Nullable OutboxTable discard(@Nullable OutboxTable table) {
        if (table != null) {
            try {
                table.close();
            } catch (SQLException e) {
                LOG.debug("Closing a connection that is to be discarded failed", e);
            }
        }
        return null;
    }

    private OutboxRelay.Sender sender() {
        if (endpoint.getConcurrency() == 0) {
            return this::sendBulk;
        }
        senders = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(this, "outbox-" + endpoint.getDestination() + "-entry", endpoint.getConcurrency());
        return new EntrySender(endpoint.getConcurrency(), senders, this::sendEntry, () -> running && !suspended);
    }

    private Outcome sendBulk(List<OutboxEntry> entries) {
        try {
            ExchangeBulk bulk = new ExchangeBulk(OutboxExchanges.of(entries, endpoint));
            Exchange exchange = createExchange(true);
            exchange.getMessage().setBody(bulk);
            getProcessor().process(exchange);
            return Outcome.of(entries, bulk, failure(exchange));
        } catch (Exception e) {
            return Outcome.failed(entries, e);
        }
    }

    private @Nullable Throwable sendEntry(OutboxEntry entry) {
        try {
            Exchange exchange = OutboxExchanges.of(entry, endpoint);
            getProcessor().process(exchange);
            return failure(exchange);
        } catch (Exception e) {
            return e;
        }
    }

    private static @Nullable Throwable failure(Exchange exchange) {
        if (exchange.getException() == null && exchange.isRollbackOnly()) {
            return new IllegalStateException("The route marked the exchange for rollback");
        }
        return exchange.getException();
    }
}

package dev.headgate.outbox;

import dev.headgate.database.Installation;
import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import dev.headgate.failure.Listeners;
import dev.headgate.failure.RejectedException;
import dev.headgate.kafka.KafkaRelay;
import dev.headgate.message.ExchangeBulk;
import dev.headgate.outbox.OutboxTable.Takeover;
import dev.headgate.polling.Poller;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay thread with one database connection, and one that renews the lease on it meanwhile. Suspending or stopping lets
 * the cycle in hand end: its entries are sent and marked, its shards released, the connection given back. A stop that is forced by Camel's shutdown timeout interrupts the
 * route; what was sent by then but not marked is sent again by the next relay.
 */
final class OutboxConsumer extends DefaultConsumer implements ShutdownAware, Suspendable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);
    private static final Duration AFTER_LOSS = Duration.ofMillis(100);

    private final OutboxEndpoint endpoint;
    private volatile boolean sending;
    private volatile @Nullable OutboxRelay relay;
    private volatile @Nullable Poller poller;
    private @Nullable OutboxTable table;
    private volatile String installation = "";
    private volatile String trouble = "";
    private Diagnosis diagnosis = Failure::summary;
    private @Nullable ExactlyOnce exactlyOnce;
    private @Nullable ExecutorService senders;
    private @Nullable ScheduledExecutorService keeper;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    /** Why it cannot use the table at present; empty if it can. */
    String trouble() {
        return trouble;
    }

    /** Entries marked delivered since its route was started. */
    long delivered() {
        OutboxRelay current = relay;
        return current == null ? 0 : current.delivered();
    }

    String destination() {
        return endpoint.getDestination();
    }

    void wake() {
        Poller current = poller;
        if (current != null) {
            current.wake();
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        DataSource dataSource = endpoint.getComponent().requireDataSource();
        CamelContext context = endpoint.getCamelContext();
        String subject = "Outbox relay of " + endpoint.getDestination();
        diagnosis = Diagnosis.in(context);
        ShardLease lease = new ShardLease(context.getName());
        FailureLog failures = new FailureLog(LOG, subject, InstantSource.system(), diagnosis);
        exactlyOnce = endpoint.getConfiguration().isExactlyOnce() ? ExactlyOnce.of(endpoint, getRoute()) : null;
        OutboxRelay started = new OutboxRelay(
                endpoint.getConfiguration().relayOptions(endpoint.getDestination()),
                lease,
                sender(lease),
                new Listeners<>(context.getRegistry().findByType(OutboxListener.class)),
                failures);
        relay = started;
        sending = true;
        Poller polling = new Poller(
                work(started, lease, dataSource, failures),
                new FailureLog(
                        LOG,
                        subject + (exactlyOnce == null ? ": database" : ": database or Kafka"),
                        InstantSource.system(),
                        diagnosis));
        poller = polling;
        keeper = context.getExecutorServiceManager()
                .newScheduledThreadPool(this, "outbox-" + endpoint.getDestination() + "-lease", 1);
        var unused = keeper.scheduleWithFixedDelay(
                () -> renew(lease), 0, ShardLease.RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
        polling.start(context, "outbox-" + endpoint.getDestination());
        endpoint.getComponent().add(this);
    }

    @Override
    protected void doSuspend() {
        sending = false;
        if (poller != null) {
            poller.suspend();
        }
    }

    @Override
    protected void doResume() {
        sending = true;
        if (poller != null) {
            poller.resume();
        }
    }

    @Override
    protected void doStop() throws Exception {
        endpoint.getComponent().remove(this);
        sending = false;
        if (poller != null) {
            poller.stop(endpoint.getCamelContext());
            poller = null;
        }
        if (exactlyOnce != null) {
            exactlyOnce.close();
        }
        if (senders != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(senders);
            senders = null;
        }
        if (keeper != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(keeper);
            keeper = null;
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
        if (forced && poller != null) {
            sending = false;
            poller.interrupt();
            if (senders != null) {
                senders.shutdownNow();
            }
        }
    }

    private static void renew(ShardLease lease) {
        try {
            lease.renew();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Renewing the lease of shards failed; the relay will find out why", e);
        }
    }

    private Poller.Work work(OutboxRelay started, ShardLease lease, DataSource dataSource, FailureLog failures) {
        return new Poller.Work() {
            @Override
            public Poller.Look look() throws SQLException {
                try {
                    if (installation.isEmpty()) {
                        installation = Installation.read(dataSource).id().toString();
                    }
                    if (table == null) {
                        table = OutboxTable.open(
                                dataSource,
                                endpoint.getDestination(),
                                lease.holder(),
                                exactlyOnce == null ? Takeover.AT_ONCE : Takeover.WHEN_SETTLED);
                        if (exactlyOnce != null) {
                            exactlyOnce.open(table, installation);
                        }
                        started.begin(table);
                    }
                    Duration pause = started.cycle(table);
                    trouble = "";
                    return new Poller.Look(pause, true);
                } catch (KafkaRelay.LostException e) {
                    // Nothing that needs a pause: whether Kafka answers is found out at the next look.
                    Objects.requireNonNull(exactlyOnce).lost(lease.holder());
                    lease.rename();
                    discardTable();
                    failures.failed(e, "going on");
                    return new Poller.Look(AFTER_LOSS, true);
                } catch (SQLException | RuntimeException e) {
                    trouble = diagnosis.of(e);
                    throw e;
                }
            }

            @Override
            public void release() {
                discardTable();
            }
        };
    }

    private void discardTable() {
        if (table != null) {
            try {
                table.close();
            } catch (SQLException e) {
                LOG.debug("Closing a connection that is to be discarded failed", e);
            }
            table = null;
        }
    }

    private OutboxRelay.Sender sender(ShardLease lease) {
        if (exactlyOnce != null) {
            return exactlyOnce.sender(this::sendBulk);
        }
        if (endpoint.getConfiguration().getConcurrency() == 0) {
            return this::sendBulk;
        }
        senders = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(
                        this,
                        "outbox-" + endpoint.getDestination() + "-entry",
                        endpoint.getConfiguration().getConcurrency());
        return new EntrySender(
                endpoint.getConfiguration().getConcurrency(),
                senders,
                this::sendEntry,
                () -> sending && lease.isHeld());
    }

    private SendOutcome sendBulk(List<OutboxEntry> entries) {
        List<OutboxEntry> sendable = new ArrayList<>(entries.size());
        List<Exchange> exchanges = new ArrayList<>(entries.size());
        List<SendOutcome.Failed> refused = new ArrayList<>();
        for (OutboxEntry entry : entries) {
            try {
                exchanges.add(OutboxExchanges.of(entry, endpoint, installation));
                sendable.add(entry);
            } catch (RejectedException e) {
                refused.add(new SendOutcome.Failed(entry, e, true));
            }
        }
        return sendable.isEmpty()
                ? new SendOutcome(List.of(), refused)
                : sendBulk(sendable, new ExchangeBulk(exchanges)).and(refused);
    }

    private SendOutcome sendBulk(List<OutboxEntry> entries, ExchangeBulk bulk) {
        try {
            Exchange exchange = createExchange(true);
            exchange.getMessage().setBody(bulk);
            if (exactlyOnce != null) {
                return exactlyOnce.send(entries, bulk, exchange, getProcessor());
            }
            getProcessor().process(exchange);
            return SendOutcome.of(entries, bulk, failure(exchange));
        } catch (KafkaRelay.LostException e) {
            throw e;
        } catch (Exception e) {
            return SendOutcome.failed(entries, e);
        }
    }

    private @Nullable Throwable sendEntry(OutboxEntry entry) {
        try {
            Exchange exchange = OutboxExchanges.of(entry, endpoint, installation);
            getProcessor().process(exchange);
            return failure(exchange);
        } catch (Exception e) {
            return e;
        }
    }

    static @Nullable Throwable failure(Exchange exchange) {
        if (exchange.getException() == null && exchange.isRollbackOnly()) {
            return new IllegalStateException("The route marked the exchange for rollback");
        }
        Exception failure = exchange.getException();
        return failure == null
                ? null
                : Failure.ofSending(failure, exchange.getProperty(ExchangePropertyKey.TO_ENDPOINT, String.class));
    }
}

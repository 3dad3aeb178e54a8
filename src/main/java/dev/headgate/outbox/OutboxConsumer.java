package dev.headgate.outbox;

import dev.headgate.failure.FailureLog;
import dev.headgate.polling.Poller;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
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
    private final OutboxEndpoint endpoint;
    private volatile @Nullable OutboxRelay relay;
    private volatile @Nullable Poller poller;
    private @Nullable OutboxTable table;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
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
        String subject = "Outbox relay of " + endpoint.getDestination();
        OutboxRelay started = new OutboxRelay(
                endpoint.relayOptions(),
                this::send,
                new OutboxListeners(
                        getEndpoint().getCamelContext().getRegistry().findByType(OutboxListener.class)),
                new FailureLog(LOG, subject, InstantSource.system()));
        relay = started;
        Poller polling = new Poller(
                new Poller.Work() {
                    @Override
                    public Duration look() throws SQLException {
                        if (table == null) {
                            table = OutboxTable.open(dataSource, endpoint.getDestination());
                        }
                        return started.cycle(table);
                    }

                    @Override
                    public void release() {
                        discardTable();
                    }
                },
                new FailureLog(LOG, subject + ": database", InstantSource.system()));
        poller = polling;
        polling.start(endpoint.getCamelContext(), "outbox-" + endpoint.getDestination());
        endpoint.getComponent().add(this);
    }

    @Override
    protected void doSuspend() {
        if (poller != null) {
            poller.suspend();
        }
    }

    @Override
    protected void doResume() {
        if (poller != null) {
            poller.resume();
        }
    }

    @Override
    protected void doStop() throws Exception {
        endpoint.getComponent().remove(this);
        if (poller != null) {
            poller.stop(endpoint.getCamelContext());
            poller = null;
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
            poller.interrupt();
        }
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

    private Optional<Throwable> send(List<OutboxEntry> entries) {
        try {
            ExchangeBulk bulk = new ExchangeBulk(OutboxExchanges.of(entries, endpoint));
            Exchange exchange = createExchange(true);
            exchange.getMessage().setBody(bulk);
            getProcessor().process(exchange);
            if (exchange.getException() != null) {
                return Optional.of(exchange.getException());
            }
            if (exchange.isRollbackOnly()) {
                return Optional.of(new IllegalStateException("The route marked the exchange for rollback"));
            }
            return bulk.failure();
        } catch (Exception e) {
            return Optional.of(e);
        }
    }
}

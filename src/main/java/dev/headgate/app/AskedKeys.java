package dev.headgate.app;

import dev.headgate.message.Identity;
import org.apache.camel.Exchange;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/** In place of the ledger, where a route is only asked: notes what a message would be known by, and knows none. */
final class AskedKeys extends ServiceSupport implements IdempotentRepository {

    /** As that of the ledger. */
    public void claim() {
        // There is nothing to claim.
    }

    @Override
    public boolean add(Exchange exchange, String key) {
        exchange.setProperty(Identity.PROPERTY, Identity.of(exchange, key));
        return true;
    }

    @Override
    public boolean contains(Exchange exchange, String key) {
        return false;
    }

    @Override
    public boolean confirm(Exchange exchange, String key) {
        return true;
    }

    @Override
    public boolean remove(Exchange exchange, String key) {
        return false;
    }

    @Override
    public boolean add(String key) {
        return true;
    }

    @Override
    public boolean contains(String key) {
        return false;
    }

    @Override
    public boolean remove(String key) {
        return false;
    }

    @Override
    public boolean confirm(String key) {
        return true;
    }

    @Override
    public void clear() {
        // There is nothing to forget.
    }
}

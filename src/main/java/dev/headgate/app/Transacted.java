package dev.headgate.app;

import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.spring.spi.TransactionErrorHandler;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * What the step {@code transacted} does, as Camel has it. Only that an attempt which fails costs no history of its route: that
 * would be put together each time, as long as the attempt took, for a line that Headgate's log does not have.
 */
final class Transacted extends SpringTransactionPolicy {

    Transacted(PlatformTransactionManager transactions) {
        super(transactions);
    }

    @Override
    protected TransactionErrorHandler createTransactionErrorHandler(
            Route route, Processor processor, ErrorHandlerFactory builder) {
        TransactionErrorHandler handler = super.createTransactionErrorHandler(route, processor, builder);
        handler.getRedeliveryPolicy().setLogExhaustedMessageHistory(false);
        return handler;
    }
}

package dev.headgate.batch;

import dev.headgate.message.StepName;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Lets a batch do what comes before the first step of its route, once the route has begun: what begins with it, such as the
 * spans of its messages, is known then. Thread-safe.
 */
final class BeforeSteps implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        return StepName.isFirst(definition) && FailedStep.isOfBatch(context, definition) ? new First(target) : target;
    }

    private static final class First extends DelegateAsyncProcessor {

        First(Processor step) {
            super(step);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            if (exchange.getMessage().getBody() instanceof Batch batch) {
                try {
                    batch.stepsBegin();
                } catch (RuntimeException e) {
                    exchange.setException(e);
                    callback.done(true);
                    return true;
                }
            }
            return super.process(exchange, callback);
        }
    }
}

package dev.headgate.app;

import dev.headgate.HeadgateException;
import dev.headgate.deadletter.Suspects;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.StepName;
import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Refuses what is too large, or has ended the process twice, before the first step of each route that takes messages from
 * outside: before anything parses it, and inside the route's error handler, whose dead letter channel takes it.
 */
final class Intake implements InterceptStrategy {

    /** What comes from there has passed its limit already, or is no message of a source. */
    private static final List<String> INSIDE = List.of("batch:", "direct:", "job:", "outbox:");

    private final MessageLimit limit;
    private final Suspects suspects;

    Intake(MessageLimit limit, Suspects suspects) {
        this.limit = limit;
        this.suspects = suspects;
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        return definition instanceof ProcessorDefinition<?> step
                        && StepName.isFirst(step)
                        && INSIDE.stream()
                                .noneMatch(ProcessorDefinitionHelper.getRoute(step)
                                        .getInput()
                                        .getEndpointUri()::startsWith)
                ? new Limited(target)
                : target;
    }

    private final class Limited extends DelegateAsyncProcessor {

        Limited(Processor first) {
            super(first);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            try {
                if (limit.require(exchange.getMessage()) >= Suspects.FROM_BYTES) {
                    suspects.note(exchange);
                }
            } catch (HeadgateException e) {
                // Refused by the route, not by its first step.
                exchange.getExchangeExtension().setHistoryNodeId(exchange.getFromRouteId());
                exchange.setException(e);
                callback.done(true);
                return true;
            }
            return super.process(exchange, callback);
        }
    }
}

package dev.headgate.batch;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageSize;
import dev.headgate.message.Part;
import dev.headgate.message.Whole;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the parts of Camel's {@code split} messages of their own, which count as in flight, and has their whole acknowledged
 * when all of them are.
 *
 * <p>What is split into more than {@value #MOST_PARTS} parts is rejected as a whole; those before are handed over by then.
 */
final class SplitStrategy implements InterceptStrategy {

    /** Bounds what one message can make of itself. */
    static final int MOST_PARTS = 10_000;

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, @Nullable Processor nextTarget) {
        Processor wrapped = definition instanceof SplitDefinition ? new Split(target) : target;
        return definition.getParent() instanceof SplitDefinition split && isFirst(context, split, definition)
                ? new FirstStep(wrapped, context.getRegistry().findSingleByType(InflightLimit.class))
                : wrapped;
    }

    private static boolean isFirst(CamelContext context, SplitDefinition split, NamedNode definition) {
        return split.getOutputs().stream()
                .filter(step -> !step.isAbstract() && !isDisabled(context, step))
                .findFirst()
                .filter(definition::equals)
                .isPresent();
    }

    private static boolean isDisabled(CamelContext context, ProcessorDefinition<?> step) {
        return step.getDisabled() != null
                && Boolean.TRUE.equals(CamelContextHelper.parseBoolean(context, step.getDisabled()));
    }

    /** The step itself, once for each whole. */
    private static final class Split extends DelegateAsyncProcessor {

        Split(Processor split) {
            super(split);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            // The exchange of a batch has nobody to acknowledge anything to.
            if (exchange.getFromEndpoint() instanceof BatchEndpoint) {
                return super.process(exchange, callback);
            }
            Whole whole = Whole.begin(exchange);
            return super.process(exchange, doneSync -> {
                whole.end(exchange);
                if (exchange.getException() == null) {
                    exchange.setException(whole.parts() > MOST_PARTS ? tooMany(whole) : whole.refusal());
                }
                callback.done(doneSync);
            });
        }

        private static RejectedException tooMany(Whole whole) {
            return new RejectedException(
                    "more than %d parts".formatted(MOST_PARTS),
                    "found %d; the first %d are handed over: send it in smaller pieces"
                            .formatted(whole.parts(), MOST_PARTS));
        }
    }

    /** What the exchange of each part comes to first, in its own unit of work; again at each redelivery of the step. */
    private static final class FirstStep extends DelegateAsyncProcessor {

        private final @Nullable InflightLimit limit;

        FirstStep(Processor step, @Nullable InflightLimit limit) {
            super(step);
            this.limit = limit;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            Whole whole = Whole.of(exchange);
            Part known = Part.of(exchange);
            if (whole == null || (known != null && known.whole() == whole)) {
                return super.process(exchange, callback);
            }
            int index = exchange.getProperty(ExchangePropertyKey.SPLIT_INDEX, Integer.class);
            whole.sees(index);
            if (index >= MOST_PARTS || !new Part(whole, index).enter(exchange)) {
                exchange.setRouteStop(true);
                callback.done(true);
                return true;
            }
            if (limit != null) {
                SourceInflight source = limit.source(String.valueOf(exchange.getFromRouteId()));
                exchange.getExchangeExtension().addOnCompletion(new Counted(source, exchange));
            }
            return super.process(exchange, callback);
        }
    }

    /** Counts a part as in flight until its batch is committed, or it has ended before. */
    private static final class Counted implements Synchronization {

        private final SourceInflight source;
        private final int size;

        Counted(SourceInflight source, Exchange part) {
            this.source = source;
            this.size = MessageSize.of(part.getMessage());
            source.acquire(size);
        }

        @Override
        public void onComplete(Exchange exchange) {
            source.release(size);
        }

        @Override
        public void onFailure(Exchange exchange) {
            source.fail(size);
        }
    }
}

package dev.headgate.manage.meters;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ThrottleDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Measures how long throttles keep messages, which Camel does not tell. */
final class ThrottleMeters implements InterceptStrategy {

    private static final long NOTICEABLE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Counter messages;
    private final Counter seconds;

    ThrottleMeters(PrometheusRegistry registry) {
        messages = Meters.THROTTLED_MESSAGES.counter(registry);
        seconds = Meters.THROTTLED_SECONDS.counter(registry);
    }

    void expect(String pipeline) {
        messages.initLabelValues(pipeline);
        seconds.initLabelValues(pipeline);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        return definition instanceof ThrottleDefinition ? new Timed(target) : target;
    }

    /** A throttle returns when it lets the message through; the steps behind it come later. */
    private final class Timed extends DelegateAsyncProcessor {

        Timed(Processor throttle) {
            super(throttle);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            long start = System.nanoTime();
            boolean done = super.process(exchange, callback);
            long took = System.nanoTime() - start;
            if (took >= NOTICEABLE && exchange.getFromRouteId() != null) {
                messages.labelValues(exchange.getFromRouteId()).inc();
                seconds.labelValues(exchange.getFromRouteId()).inc(took / NANOS);
            }
            return done;
        }
    }
}

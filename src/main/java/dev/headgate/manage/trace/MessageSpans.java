package dev.headgate.manage.trace;

import dev.headgate.batch.Batch;
import dev.headgate.failure.Failure;
import dev.headgate.message.ExchangeBulk;
import dev.headgate.message.Headers;
import dev.headgate.message.Rejection;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;

/**
 * A batch, and a bulk of outbox entries, is one exchange with many messages, each of a trace of its own. Gives each a span
 * in its trace while the route has it, named after the route and linked to Camel's span of the whole, and sets its header
 * to that span, so that what is written or sent continues from there. After a failed attempt a message has its former
 * header again.
 */
final class MessageSpans extends RoutePolicySupport {

    private static final String OPEN = "HeadgateSpans";
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<Message> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Message message) {
            return message.getHeaders().keySet();
        }

        @Override
        public @Nullable String get(@Nullable Message message, String name) {
            return message == null ? null : message.getHeader(name, String.class);
        }
    };

    private final Tracer tracer;

    /** @param failure why it is not applied or sent, in one line; asked when the attempt has ended */
    private record Carrier(Message message, Supplier<@Nullable String> failure) {}

    private record OpenSpan(Carrier carrier, @Nullable String before, Span span) {}

    MessageSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        SpanContext whole = Span.current().getSpanContext();
        List<OpenSpan> open = new ArrayList<>();
        for (Carrier carrier : carriers(exchange.getMessage().getBody())) {
            String before = carrier.message.getHeader(Headers.TRACEPARENT, String.class);
            if (before != null) {
                open.add(new OpenSpan(carrier, before, start(route.getRouteId(), carrier.message, whole)));
            }
        }
        if (!open.isEmpty()) {
            exchange.setProperty(OPEN, open);
        }
    }

    @Override
    public void onExchangeDone(Route route, Exchange exchange) {
        if (!(exchange.removeProperty(OPEN) instanceof List<?> spans)) {
            return;
        }
        for (Object each : spans) {
            OpenSpan open = (OpenSpan) each;
            String failure = open.carrier.failure.get();
            if (failure == null && exchange.getException() != null) {
                failure = Failure.summary(exchange.getException());
                open.carrier.message.setHeader(Headers.TRACEPARENT, open.before);
            }
            if (failure != null) {
                open.span.setStatus(StatusCode.ERROR, failure);
            }
            open.span.end();
        }
    }

    private Span start(String name, Message message, SpanContext whole) {
        Context parent = W3C.extract(Context.root(), message, HEADERS);
        Span span = tracer.spanBuilder(name).setParent(parent).addLink(whole).startSpan();
        W3C.inject(parent.with(span), message, (headers, key, value) -> message.setHeader(key, value));
        return span;
    }

    private static List<Carrier> carriers(@Nullable Object body) {
        if (body instanceof Batch batch) {
            return batch.messages().stream()
                    .map(message -> new Carrier(message.exchange().getMessage(), () -> reason(message.rejection())))
                    .toList();
        }
        if (body instanceof ExchangeBulk bulk) {
            return IntStream.range(0, bulk.size())
                    .mapToObj(bulk::get)
                    .map(entry -> new Carrier(entry.getMessage(), () -> summary(entry.getException())))
                    .toList();
        }
        return List.of();
    }

    private static @Nullable String reason(@Nullable Rejection rejection) {
        return rejection == null ? null : rejection.reason();
    }

    private static @Nullable String summary(@Nullable Throwable failure) {
        return failure == null ? null : Failure.summary(failure);
    }
}

package dev.headgate.job;

import dev.headgate.batch.Batch;
import dev.headgate.message.Headers;
import dev.headgate.message.Payload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/** Enqueues a job of a message, or one of each fresh message of a batch; in the transaction of the route, if it has one. */
final class JobProducer extends DefaultProducer {

    private final JobEndpoint endpoint;
    private final Jobs jobs;
    private final @Nullable Expression uniqueBy;

    JobProducer(JobEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.jobs = endpoint.getComponent().jobs();
        this.uniqueBy = expression(
                endpoint.getCamelContext(), endpoint.getConfiguration().getUniqueBy());
    }

    private static @Nullable Expression expression(CamelContext context, @Nullable String text) {
        if (text == null) {
            return null;
        }
        Expression expression = context.resolveLanguage("simple").createExpression(text);
        expression.init(context);
        return expression;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        Instant scheduledAt = message.getHeader(JobHeaders.SCHEDULED_AT, Instant.class);
        List<NewJob> created = message.getBody() instanceof Batch batch
                ? batch.freshMessages().stream()
                        .map(fresh -> job(fresh.exchange(), fresh.payload()))
                        .toList()
                : List.of(job(exchange, Payload.mandatory(message)));
        jobs.enqueue(endpoint.jobOptions(scheduledAt), created);
    }

    /** What names the message, or says that it is a replay, names no job. */
    private NewJob job(Exchange exchange, byte @Nullable [] payload) {
        Map<String, String> headers = Headers.texts(exchange.getMessage());
        headers.remove(Headers.MESSAGE_ID);
        return new NewJob(payload, headers, uniqueBy == null ? null : uniqueBy.evaluate(exchange, String.class));
    }
}

package dev.headgate.decode;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.ExchangeBulk;
import dev.headgate.message.Payload;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/** Encodes a message, or those of a bulk. Nothing is changed before all that can be encoded is. */
final class EncodeProducer extends DefaultProducer {

    private static final String CONTENT_TYPE = "content-type";

    private final EncodeEndpoint endpoint;
    private volatile EncodeSchema.@Nullable Origin origin;

    /** @param origin of the schema; null if the route says it, which is known with the first message */
    EncodeProducer(EncodeEndpoint endpoint, EncodeSchema.@Nullable Origin origin) {
        super(endpoint);
        this.endpoint = endpoint;
        this.origin = origin;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Run run = new Run(origin(exchange));
        if (!(exchange.getMessage().getBody() instanceof ExchangeBulk bulk)) {
            set(exchange.getMessage(), run.encoded(exchange.getMessage()));
            return;
        }
        List<Exchange> fitting = new ArrayList<>(bulk.size());
        List<byte @Nullable []> bodies = new ArrayList<>(bulk.size());
        List<Exchange> refused = new ArrayList<>();
        List<RejectedException> reasons = new ArrayList<>();
        for (int i = 0; i < bulk.size(); i++) {
            Exchange entry = bulk.get(i);
            try {
                bodies.add(run.encoded(entry.getMessage()));
                fitting.add(entry);
            } catch (RejectedException e) {
                refused.add(entry);
                reasons.add(e);
            }
        }
        for (int i = 0; i < fitting.size(); i++) {
            set(fitting.get(i).getMessage(), bodies.get(i));
        }
        for (int i = 0; i < refused.size(); i++) {
            refused.get(i).setException(reasons.get(i));
        }
        if (!refused.isEmpty()) {
            exchange.getMessage().setBody(new ExchangeBulk(fitting));
        }
    }

    private EncodeSchema.Origin origin(Exchange exchange) {
        EncodeSchema.Origin known = origin;
        if (known == null) {
            synchronized (this) {
                known = origin == null ? endpoint.latest(exchange) : origin;
                origin = known;
            }
        }
        return known;
    }

    private void set(Message message, byte @Nullable [] body) {
        message.setBody(body);
        if (body != null && endpoint.contentType() != null) {
            message.setHeader(CONTENT_TYPE, endpoint.contentType());
        }
    }

    /** The messages that are encoded together: by one schema, unless one of them needs a newer one. */
    private static final class Run {

        private final EncodeSchema.Origin origin;
        private final long begun = System.nanoTime();
        private EncodeSchema schema;

        Run(EncodeSchema.Origin origin) {
            this.origin = origin;
            this.schema = origin.known();
        }

        /** @throws RejectedException if it does not fit what is the latest schema now */
        byte @Nullable [] encoded(Message message) throws Exception {
            byte[] json = Payload.mandatory(message);
            if (json == null) {
                return null;
            }
            try {
                return schema.encode(json);
            } catch (RejectedException e) {
                EncodeSchema latest = origin.since(begun);
                if (latest.equals(schema)) {
                    throw e;
                }
                schema = latest;
                return schema.encode(json);
            }
        }
    }
}

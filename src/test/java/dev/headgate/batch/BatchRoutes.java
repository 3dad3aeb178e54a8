package dev.headgate.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headgate.message.Message;
import dev.headgate.message.Replay;
import dev.headgate.message.SourcePosition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Synchronization;

/** A route that sends to {@code batch:b} and one that writes, in a context of their own; what is sent and written. */
final class BatchRoutes implements AutoCloseable {

    /** What a test does in place of the database. */
    interface Step {
        void write(Batch batch) throws Exception;
    }

    /** One batch that was written. */
    record Written(List<String> payloads, Batch.Closed closed, long ageNanos, String thread) {}

    final DefaultCamelContext context = new DefaultCamelContext();
    final List<Written> written = Collections.synchronizedList(new ArrayList<>());
    final List<Message> rejected = Collections.synchronizedList(new ArrayList<>());
    final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
    final List<String> failed = Collections.synchronizedList(new ArrayList<>());
    /** What listeners were told of holding: {@code held NAME PIPELINES: WHY}, {@code released NAME}. */
    final List<String> told = Collections.synchronizedList(new ArrayList<>());

    volatile Step step = batch -> {};
    private final ProducerTemplate template;
    private String again;

    /**
     * @param options of the consumer, as in a URI
     * @param more routes that a test adds, or null
     */
    BatchRoutes(String options, RouteBuilder more) throws Exception {
        this(options, more, false);
    }

    /** @param takesBack whether attempts can be made together and taken back, as in a database; for one lane */
    BatchRoutes(String options, RouteBuilder more, boolean takesBack) throws Exception {
        context.addComponent("batch", new BatchComponent(route -> takesBack ? new Memory(route) : claiming(route)));
        context.getShutdownStrategy().setTimeout(20);
        context.getRegistry().bind("listener", new BatchListener() {
            @Override
            public void holding(Held held) {
                told.add("held " + held.batch() + " " + held.pipelines() + ": " + held.why());
            }

            @Override
            public void released(String name) {
                told.add("released " + name);
            }
        });
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("batch:b?" + options).routeId("write").startupOrder(1).process(BatchRoutes.this::write);
                from("direct:in").routeId("source").to("batch:b").id("to-batch");
            }
        });
        if (more != null) {
            context.addRoutes(more);
        }
        try {
            context.start();
        } catch (RuntimeException e) {
            context.stop();
            throw e;
        }
        template = context.createProducerTemplate();
    }

    void send(String key, String payload) {
        send("direct:in", key, payload);
    }

    /** Sends what was sent to its source again because this pipeline had refused it. */
    void sendAgain(String key, String payload, String pipeline) {
        again = pipeline;
        send(key, payload);
        again = null;
    }

    /** Sends as a source does that acknowledges on completion. */
    Exchange send(String to, String key, Object payload) {
        String name = payload instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(payload);
        return template.send(to, exchange -> {
            var position = new SourcePosition.Unknown(exchange.getExchangeId());
            exchange.getMessage().setHeader("kafka.KEY", key);
            exchange.setProperty(Replay.PROPERTY, again == null ? null : new Replay(1, again, position));
            exchange.getMessage().setBody(payload instanceof String text ? text.getBytes(UTF_8) : payload);
            position.enter(exchange, new Synchronization() {
                @Override
                public void onComplete(Exchange done) {
                    acknowledged.add(name);
                }

                @Override
                public void onFailure(Exchange done) {
                    failed.add(name);
                }
            });
        });
    }

    BatchConsumer consumer() {
        return Objects.requireNonNull(
                context.getComponent("batch", BatchComponent.class).consumer("b"));
    }

    List<String> payloads() {
        return List.copyOf(written).stream()
                .flatMap(batch -> batch.payloads().stream())
                .toList();
    }

    static List<String> payloads(Batch batch) {
        return batch.messages().stream().map(BatchRoutes::payload).toList();
    }

    static String payload(Message message) {
        return new String(Objects.requireNonNull(message.payload()), UTF_8);
    }

    @Override
    public void close() {
        context.stop();
    }

    private static RouteWriter.Route claiming(RouteWriter.Route route) {
        return batch -> {
            batch.claimed(message -> true);
            return route.send(batch);
        };
    }

    /** Takes back what was written and rejected. */
    private final class Memory implements RouteWriter.Route {
        private final RouteWriter.Route route;

        Memory(RouteWriter.Route route) {
            this.route = claiming(route);
        }

        @Override
        public Throwable send(Batch batch) {
            return route.send(batch);
        }

        @Override
        public boolean takesAttemptsTogether() {
            return true;
        }

        @Override
        public Throwable together(Batch all, Function<RouteWriter.Route, Throwable> attempts) {
            int before = written.size();
            int rejectedBefore = rejected.size();
            Throwable failure = attempts.apply(this);
            if (failure != null) {
                written.subList(before, written.size()).clear();
                rejected.subList(rejectedBefore, rejected.size()).clear();
            }
            return failure;
        }

        @Override
        public Throwable probe(Batch batch) {
            Throwable[] failure = new Throwable[1];
            together(batch, self -> {
                failure[0] = self.send(batch);
                return new IllegalStateException("taken back");
            });
            return failure[0];
        }
    }

    private void write(Exchange exchange) throws Exception {
        long now = System.nanoTime();
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        step.write(batch);
        long age = now - batch.messages().get(0).arrivedNanos();
        written.add(new Written(
                batch.freshMessages().stream().map(BatchRoutes::payload).toList(),
                batch.closed(),
                age,
                Thread.currentThread().getName()));
        rejected.addAll(batch.rejected());
    }
}

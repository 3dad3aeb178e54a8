package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.failure.RejectedException;
import dev.headgate.failure.RetryException;
import dev.headgate.message.Attempts;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step before the batch fails of: a retry that it asks for itself, or an outage. */
class BatchStepIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void a_handler_may_ask_for_a_retry_of_its_own_and_the_dead_letter_tells_the_attempts() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        RouteBuilder asking = new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(deadLetterChannel("batch:b?deadLetter=true").deadLetterHandleNewException(false));
                onException(RetryException.class)
                        .maximumRedeliveries(4)
                        .redeliveryDelay(1)
                        .useExponentialBackOff()
                        .backOffMultiplier(2)
                        .onRedelivery(new Attempts());
                from("direct:asking")
                        .routeId("asking")
                        .process(exchange -> {
                            if (calls.incrementAndGet() != 3) {
                                throw new RetryException("parent missing", "order 7 is not there yet", null);
                            }
                        })
                        .id("await-parent")
                        .to("batch:b");
            }
        };
        try (BatchRoutes routes = new BatchRoutes("lanes=1&linger=1", asking)) {
            routes.send("direct:asking", "k", "third time lucky");
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 1);
            assertThat(routes.rejected).isEmpty();

            routes.send("direct:asking", "k", "never");
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 2);
            assertThat(routes.rejected)
                    .extracting(Message::rejection)
                    .containsExactly(new Rejection("await-parent", "parent missing", "order 7 is not there yet", 5));
        }
    }

    @Test
    void a_step_without_an_id_is_named_by_what_it_is_and_its_line(@TempDir Path folder) throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&linger=1", null)) {
            routes.context.getRegistry().bind("refuse", (Processor) exchange -> {
                throw new RejectedException("unknown customer", "no such id");
            });
            routes.context.getRegistry().bind("refuse-flow", (Processor) exchange -> {
                if (exchange.getMessage().getBody(String.class).equals("flow")) {
                    throw new RejectedException("unknown customer", "no such id");
                }
            });
            Path file = Files.writeString(folder.resolve("asking.camel.yaml"), """
                            - route:
                                id: asking
                                errorHandler:
                                  deadLetterChannel:
                                    deadLetterUri: batch:b?deadLetter=true
                                from:
                                  uri: direct:asking
                                  steps:
                                    - process: { ref: refuse-flow }
                                    - transform: { simple: "${body}" }
                                    - process:
                                        ref: refuse
                                    - to: batch:b
                            """);
            PluginHelper.getRoutesLoader(routes.context)
                    .loadRoutes(ResourceHelper.resolveResource(routes.context, "file:" + file));

            routes.send("direct:asking", "k", "flow");
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 1);
            routes.send("direct:asking", "k", "block");
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 2);
            assertThat(routes.rejected)
                    .extracting(Message::rejection)
                    .containsExactly(
                            new Rejection("process at asking.camel.yaml:9", "unknown customer", "no such id", 1),
                            new Rejection("process at asking.camel.yaml:11", "unknown customer", "no such id", 1));
        }
    }

    @Test
    void an_outage_in_a_step_is_no_dead_letter() throws Exception {
        RouteBuilder looking = new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(deadLetterChannel("batch:b?deadLetter=true").deadLetterHandleNewException(false));
                from("direct:looking")
                        .routeId("looking")
                        .process(exchange -> {
                            throw new SQLException("the server is going down", "57P01");
                        })
                        .to("batch:b");
            }
        };
        try (BatchRoutes routes = new BatchRoutes("lanes=1&linger=1", looking)) {
            routes.send("direct:looking", "k", "m");
            assertThat(routes.failed).containsExactly("m");
            assertThat(routes.rejected).isEmpty();
        }
    }
}

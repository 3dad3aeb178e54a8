package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Rejection;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.Test;

/** How a source's route hands messages over, good ones and dead letters, and when it cannot. */
class BatchHandoverIT {

    private static final String OPTIONS = "lanes=1&linger=1&backoffBase=1";

    @Test
    void only_one_route_may_consume_from_a_batch() {
        assertThatThrownBy(() -> new BatchRoutes(OPTIONS, routes(builder -> builder.from("batch:b")
                        .routeId("second")
                        .to("log:never"))))
                .hasMessageContaining("batch:b")
                .hasMessageContaining("write")
                .hasMessageContaining("second");
    }

    @Test
    void without_a_consumer_the_exchange_fails_and_is_neither_acknowledged_nor_a_dead_letter() throws Exception {
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, routes(builder -> {}))) {
            Exchange sent = routes.send("batch:nobody", "k", "m");
            assertThat(sent.getException()).hasMessageContaining("batch:nobody");
            assertThat(routes.failed).containsExactly("m");
            routes.send("k", "next");
            await().until(() -> routes.acknowledged.contains("next"));
            assertThat(routes.rejected).isEmpty();
            assertThat(routes.acknowledged).containsExactly("next");
        }
    }

    @Test
    void a_stopped_batch_is_no_reason_for_a_dead_letter() throws Exception {
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, routes(builder -> deadLetters(builder.from("direct:other"))
                .process(exchange -> {
                    throw new BatchStoppedException();
                })
                .to("batch:b")))) {
            Exchange sent = routes.send("direct:other", "k", "m");
            assertThat(sent.getException()).isInstanceOf(BatchStoppedException.class);
            assertThat(routes.failed).containsExactly("m");
            routes.context.getRouteController().stopRoute("write");
            routes.send("k", "n");
            assertThat(routes.failed).containsExactly("m", "n");
            routes.context.getRouteController().startRoute("write");
            routes.send("k", "o");
            await().until(() -> routes.acknowledged.contains("o"));
            assertThat(routes.payloads()).containsExactly("o");
            assertThat(routes.rejected).isEmpty();
        }
    }

    @Test
    void what_a_step_refuses_is_a_dead_letter_with_the_steps_id_and_the_bytes_as_they_came() throws Exception {
        Rejection rejection = deadLetterOf(builder -> deadLetters(builder.from("direct:other"))
                .setBody(builder.constant("changed"))
                .process(exchange -> {
                    throw new RejectedException("too old", "by a year");
                })
                .id("check-age")
                .to("batch:b"));
        assertThat(rejection).isEqualTo(new Rejection("check-age", "too old", "by a year", 1));
    }

    @Test
    void an_ordering_key_that_cannot_be_evaluated_makes_a_dead_letter() throws Exception {
        Rejection rejection = deadLetterOf(builder -> deadLetters(builder.from("direct:other"))
                .toF("batch:b?orderBy=RAW(${body.none})")
                .id("hand-over"));
        assertThat(rejection.stage()).isEqualTo("hand-over");
    }

    @Test
    void a_body_that_is_no_bytes_makes_a_dead_letter() throws Exception {
        Rejection rejection = deadLetterOf(builder -> deadLetters(builder.from("direct:other"))
                .process(exchange -> exchange.getMessage().setBody(Map.of("a", 1)))
                .to("batch:b")
                .id("hand-over"));
        assertThat(rejection.stage()).isEqualTo("hand-over");
        assertThat(rejection.reason()).contains("Exception");
    }

    @Test
    void a_message_whose_failure_the_route_has_handled_is_a_good_one() throws Exception {
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, routes(builder -> deadLetters(builder.from("direct:other"))
                .doTry()
                .process(exchange -> {
                    throw new RejectedException("no", "caught");
                })
                .doCatch(RejectedException.class)
                .setHeader("looked-up", builder.constant(false))
                .end()
                .to("batch:b")))) {
            routes.send("direct:other", "k", "m");
            await().until(() -> routes.acknowledged.contains("m"));
            assertThat(routes.payloads()).containsExactly("m");
            assertThat(routes.rejected).isEmpty();
        }
    }

    /** Sends one message, which must be acknowledged as a dead letter with its own bytes. */
    private static Rejection deadLetterOf(Routes other) throws Exception {
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, routes(other))) {
            Exchange sent = routes.send("direct:other", "k", "m");
            assertThat(sent.getException()).isNull();
            await().until(() -> routes.acknowledged.equals(List.of("m")));
            assertThat(routes.failed).isEmpty();
            assertThat(routes.payloads()).isEmpty();
            assertThat(routes.rejected).extracting(BatchRoutes::payload).containsExactly("m");
            return routes.rejected.get(0).rejection();
        }
    }

    private static RouteDefinition deadLetters(RouteDefinition route) {
        return route.errorHandler(new org.apache.camel.builder.DeadLetterChannelBuilder("batch:b?deadLetter=true")
                .deadLetterHandleNewException(false)
                .useOriginalMessage());
    }

    private interface Routes {
        void add(RouteBuilder builder);
    }

    private static RouteBuilder routes(Routes routes) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                routes.add(this);
            }
        };
    }
}

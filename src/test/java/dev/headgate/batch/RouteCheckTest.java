package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.headgate.Finding;
import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteCheckTest {

    private static final String ROUTES = """
            - route:
                id: in
                from:
                  uri: kafka:orders
                  steps:
                    - log: first
                    - %s
            - route:
                id: further
                from:
                  uri: direct:further
                  steps:
                    - to: batch:b
            - route:
                id: left
                from:
                  uri: seda:left
                  steps:
                    - to: direct:further
            - route:
                id: aside
                from:
                  uri: direct:aside
                  steps:
                    - log: aside
            - route:
                id: write
                from:
                  uri: batch:b
                  steps:
                    - log: written
            """;

    private static final String ANYWHERE = """
            - route:
                id: anywhere
                from:
                  uri: direct:anywhere
                  steps:
                    - toD: "${header.to}"
            """;

    @Test
    void what_has_no_positions_is_not_told_apart_by_them() throws Exception {
        String positions = ROUTES.formatted("to: batch:b")
                .replace("seda:left", "direct:left")
                .replace("uri: batch:b", "uri: batch:b?idempotency=positions");
        assertThat(faults(positions)).isEmpty();
        assertThat(faults(positions.replace("kafka:orders", "aws2-sqs:orders")))
                .singleElement()
                .asString()
                .contains("write", "idempotency=positions", "aws2-sqs:orders");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            aggregate: { correlationExpression: { constant: x }, completionSize: 3, aggregationStrategy: "#s", steps: [ { to: "batch:b" } ] } | aggregate | batch: itself aggregates
            resequence: { simple: "${header.n}", batchConfig: {}, steps: [ { to: "batch:b" } ] }                   | resequence | orderBy
            multicast: { steps: [ { to: "batch:b" }, { to: "direct:further" } ] }                                  | multicast | a route for each batch
            multicast: { steps: [ { log: x }, { pipeline: { steps: [ { to: "direct:further" } ] } } ] }            | multicast | a route for each batch
            loop: { constant: 2, steps: [ { to: "batch:b" } ] }                                                    | loop | Use split
            circuitBreaker: { steps: [ { to: "batch:b" } ] }                                                       | circuitBreaker | behind it
            loadBalance: { failoverLoadBalancer: {}, steps: [ { to: "batch:b" } ] }                                | loadBalance | behind it
            recipientList: { constant: "batch:b,direct:aside" }                                                    | recipientList | Use to:
            wireTap: { uri: "direct:further" }                                                                     | wireTap | Use to:
            enrich: { constant: "batch:b" }                                                                        | enrich | Use to:
            pipeline: { steps: [ { to: "batch:b" }, { log: x }, { to: "direct:further" } ] }                       | to | a route for each batch
            pipeline: { steps: [ { to: "batch:b" }, { filter: { simple: "${body}", steps: [ { to: "batch:b" } ] } } ] } | to | a route for each batch
            to: "seda:left"                                                                                        | to | Use direct:
            split: { simple: "${body}", steps: [ { to: "seda:left" } ] }                                           | to | Use direct:
            pipeline: { steps: [ { threads: {} }, { to: "batch:b" } ] }                                            | threads | consumersCount
            pipeline: { steps: [ { delay: { constant: 5 } }, { to: "batch:b" } ] }                                 | delay | asyncDelayed: false
            pipeline: { steps: [ { throttle: { constant: 5, asyncDelayed: true } }, { to: "batch:b" } ] }          | throttle | Take asyncDelayed away
            split: { simple: "${body}", stopOnException: true, steps: [ { to: "batch:b" } ] }                      | split | stopOnException
            split: { simple: "${body}", shareUnitOfWork: true, steps: [ { to: "direct:further" } ] }               | split | shareUnitOfWork
            split: { simple: "${body}", parallelProcessing: true, timeout: "{{timeout}}", steps: [ { to: "batch:b" } ] } | split | timeout
            split: { simple: "${body}", aggregationStrategy: "#s", steps: [ { to: "batch:b" } ] }                  | split | aggregationStrategy
            """)
    void a_step_that_loses_the_acknowledgement_is_named_with_its_line_and_the_remedy(
            String step, String name, String remedy) throws Exception {
        assertThat(faults(ROUTES.formatted(step)))
                .singleElement()
                .asString()
                .startsWith("in.camel.yaml, line 7: Route in, step (" + name + ") stands between a source and batch:b")
                .contains(remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            to: batch:b
            to: { uri: "batch://b", parameters: { orderBy: x } }
            to: direct:further
            split: { simple: "${body}", parallelProcessing: true, streaming: true, steps: [ { to: "batch:b" } ] }
            idempotentConsumer: { header: x, idempotentRepository: "#l", steps: [ { choice: { when: [ { simple: "${body}", steps: [ { to: "batch:b" } ] } ], otherwise: { steps: [ { stop: {} } ] } } } ] }
            filter: { simple: "${body}", steps: [ { doTry: { steps: [ { to: "batch:b" } ], doCatch: [ { exception: [ java.lang.Exception ], steps: [ { log: x } ] } ] } } ] }
            pipeline: { steps: [ { wireTap: { uri: "direct:aside" } }, { multicast: { steps: [ { to: "direct:aside" } ] } }, { delay: { constant: 5, asyncDelayed: false } }, { to: "batch:b" } ] }
            choice: { when: [ { simple: "${body}", steps: [ { log: x }, { to: "batch:b" } ] } ], otherwise: { steps: [ { to: "batch:b" } ] } }
            aggregate: { correlationExpression: { constant: x }, completionSize: 3, aggregationStrategy: "#s", steps: [ { to: "direct:aside" } ] }
            pipeline: { steps: [ { wireTap: { uri: "file:out/${header.name}" } }, { toD: "http:other/${header.name}" }, { to: "batch:b" } ] }
            pipeline: { steps: [ { choice: { when: [ { simple: "${body}", steps: [ { to: "batch:b" }, { stop: {} } ] } ] } }, { to: "batch:b" } ] }
            """)
    void what_keeps_it_passes(String step) throws Exception {
        assertThat(faults(ROUTES.formatted(step))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            toD: { uri: "batch:${header.to}" }
            recipientList: { simple: "batch:${header.to}" }
            routingSlip: { simple: "batch://${header.to}" }
            """)
    void the_name_of_a_batch_is_not_made_at_run_time(String step) throws Exception {
        assertThat(faults(ROUTES.formatted(step)))
                .singleElement()
                .asString()
                .contains("in.camel.yaml, line 7: Route in, step (", ") makes the name of a batch at run time")
                .contains("Use choice");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            wireTap: { uri: "${header.to}" }                                                              | wireTap
            wireTap: { uri: "direct:${header.to}" }                                                       | wireTap
            wireTap: { uri: "seda:${header.to}?size=3" }                                                  | wireTap
            wireTap: { uri: "direct:anywhere" }                                                           | wireTap
            pipeline: { steps: [ { wireTap: { uri: "${header.to}" } }, { to: "batch:b" } ] }              | wireTap
            aggregate: { correlationExpression: { constant: x }, completionSize: 3, aggregationStrategy: "#s", steps: [ { toD: "${header.to}" } ] } | aggregate
            resequence: { simple: "${header.n}", batchConfig: {}, steps: [ { recipientList: { simple: "log:x,${header.to}" } } ] } | resequence
            resequence: { simple: "${header.n}", batchConfig: {}, steps: [ { routingSlip: { header: to } } ] } | resequence
            """)
    void what_is_done_beside_a_route_leads_nowhere_unknown(String step, String name) throws Exception {
        assertThat(faults(ROUTES.formatted(step) + ANYWHERE))
                .singleElement()
                .asString()
                .contains("in.camel.yaml, line 7: Route in, step (" + name + ") goes on beside the route")
                .contains("Begin it with");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            wireTap: { uri: "disruptor:${header.to}" }
            wireTap: { uri: "log:${header.to}" }
            wireTap: { uri: "direct:aside" }
            toD: "${header.to}"
            aggregate: { correlationExpression: { constant: x }, completionSize: 3, aggregationStrategy: "#s", steps: [ { setBody: { simple: "${header.to}" } }, { recipientList: { constant: "log:x" } } ] }
            """)
    void what_is_known_may_be_done_beside_a_route(String step) throws Exception {
        assertThat(faults(ROUTES.formatted(step) + ANYWHERE)).isEmpty();
    }

    @Test
    void where_there_is_no_batch_nothing_leads_to_one() throws Exception {
        String alone =
                ROUTES.substring(0, ROUTES.indexOf("- route:", 1)).formatted("wireTap: { uri: \"${header.to}\" }");
        assertThat(faults(alone)).isEmpty();
    }

    @Test
    void what_is_done_when_the_message_has_ended_leads_nowhere_unknown() throws Exception {
        try (DefaultCamelContext context = context()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("kafka:orders")
                            .routeId("in")
                            .onCompletion()
                            .toD("${header.to}")
                            .end()
                            .log("x");
                    from("batch:b").routeId("write").log("x");
                }
            });
            assertThat(RouteCheck.faults(context, context.getRouteDefinitions()))
                    .singleElement()
                    .extracting(Finding::text, STRING)
                    .contains("Route in, step (onCompletion) goes on beside the route");
        }
    }

    @Test
    void a_job_is_not_split() throws Exception {
        String split = "split: { simple: \"${body}\", steps: [ { to: batch:b } ] }";
        assertThat(faults(ROUTES.formatted(split).replace("kafka:orders", "job:work")))
                .singleElement()
                .asString()
                .contains("Enqueue one job for each part");
    }

    @Test
    void a_batch_is_consumed_by_one_route() throws Exception {
        String routes = ROUTES.formatted("to: { id: hand-over, uri: \"batch:orders\" }");
        assertThat(faults(routes))
                .containsExactly(
                        "in.camel.yaml, line 7: Route in, step hand-over (to) sends to batch:orders, from which no"
                                + " route consumes: add a route from: { uri: batch:orders }, or correct the name, there is batch:b.");
        assertThat(faults(ROUTES.formatted("to: batch:b") + """
                - route:
                    id: twice
                    from:
                      uri: batch:{{name}}
                      steps:
                        - log: x
                """))
                .containsExactly(
                        "in.camel.yaml, line 29: Only one route may consume from batch:b, found 2: write in in.camel.yaml"
                                + " line 29, twice in in.camel.yaml line 35: Give each batch a name of its own.");
    }

    @Test
    void routes_in_java_are_looked_at_alike() throws Exception {
        try (DefaultCamelContext context = context()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("kafka:orders").routeId("in").wireTap("batch:b").id("tap");
                    from("batch:b").routeId("write").log("x");
                }
            });
            assertThat(RouteCheck.faults(context, context.getRouteDefinitions()))
                    .singleElement()
                    .extracting(Finding::text, STRING)
                    .startsWith("RouteCheckTest")
                    .contains("Route in, step tap (wireTap) stands");
        }
    }

    private static List<String> faults(String yaml) throws Exception {
        try (DefaultCamelContext context = context()) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("in.camel.yaml", yaml));
            return RouteCheck.faults(context, context.getRouteDefinitions()).stream()
                    .map(Finding::text)
                    .toList();
        }
    }

    private static DefaultCamelContext context() {
        DefaultCamelContext context = new DefaultCamelContext();
        context.setSourceLocationEnabled(true);
        context.getPropertiesComponent().addInitialProperty("timeout", "500");
        context.getPropertiesComponent().addInitialProperty("name", "b");
        context.init();
        return context;
    }
}

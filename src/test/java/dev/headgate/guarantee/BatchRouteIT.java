package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.app.Headgate;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.SourcePosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.SynchronizationAdapter;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** What a batch route gets without a line of its own, and which steps it may have. */
class BatchRouteIT {

    /** The route of the source: from {@code direct:in}, which waits for nothing. */
    private static final String SOURCE = """
            - route:
                id: in
                from:
                  uri: direct:in
                  steps:
                    - process: { ref: refuse, id: refuse }
                    - setBody: { simple: '"${body}"' }
                    - to: batch:b
            """;

    private static final String WRITE = """
            - route:
                id: write
                from:
                  uri: batch:b
                  parameters: { linger: 10ms, lanes: 1, backoffBase: 1, backoffCap: 5 }
                  steps:
                    - to: { id: insert, uri: "sql:file:{{headgate.routes}}/insert.sql" }
            """;
    private static final String INSERT = """
            insert into written select value from json_array_elements_text(cast(:#${body.fresh} as json))
            """;

    private static Pipeline pipeline;

    @TempDir
    private Path folder;

    private final AtomicInteger failures = new AtomicInteger();
    private final Map<String, Object> beans = new HashMap<>();

    @BeforeAll
    static void startDatabase() {
        pipeline = new Pipeline(1);
        pipeline.execute("create table written (body text)");
    }

    @AfterAll
    static void stopDatabase() {
        pipeline.close();
    }

    @BeforeEach
    void bindSteps() throws IOException {
        Files.writeString(folder.resolve("insert.sql"), INSERT);
        beans.put("refuse", (Processor) exchange -> {
            if (exchange.getMessage().getBody(String.class).startsWith("bad")) {
                throw new RejectedException("bad", "it says so itself");
            }
        });
        beans.put("fail", (Processor) exchange -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("the last step cannot yet");
            }
        });
    }

    @AfterEach
    void clear() {
        pipeline.stop();
        pipeline.execute("truncate written, headgate.ledger, headgate.dead_letter");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            to: { id: x, uri: "seda:later" }                                    | Use direct:
            wireTap: { id: x, uri: "direct:tap" }                               | wireTap sends on another thread
            split: { id: x, simple: "${body.messages}", parallelProcessing: true, steps: [ { log: s } ] } | parallelProcessing
            to: { id: x, uri: "direct:aside" }                                  | step y
            to: { id: x, uri: "sql:select 1", parameters: { dataSource: "#other" } } | another data source
            transacted: { id: x, ref: requiresNew }                             | PROPAGATION_REQUIRED
            transacted: { id: x, ref: otherDatabase }                           | another data source
            """)
    void a_step_that_would_leave_the_transaction_is_refused_at_the_start(String step, String why) throws IOException {
        PGSimpleDataSource other = new PGSimpleDataSource();
        other.setUrl(pipeline.jdbcUrl());
        SpringTransactionPolicy requiresNew = new SpringTransactionPolicy();
        requiresNew.setTransactionManager(new DataSourceTransactionManager(other));
        requiresNew.setPropagationBehaviorName("PROPAGATION_REQUIRES_NEW");
        beans.put("other", other);
        beans.put("requiresNew", requiresNew);
        beans.put("otherDatabase", new SpringTransactionPolicy(new DataSourceTransactionManager(other)));
        String aside = """
                - route:
                    id: aside
                    from:
                      uri: direct:aside
                      steps:
                        - to: { id: y, uri: "seda:later" }
                """;
        ThrowingCallable start = () -> start(SOURCE + WRITE + "        - " + step + "\n" + aside);

        assertThatThrownBy(start)
                .hasMessageContaining("would leave the transaction of its batch")
                .hasMessageContaining(why)
                .hasMessageContaining(why.equals("step y") ? "Route aside" : "Route write, step x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            process: { ref: fail }
            threads: { poolSize: 2 }  - process: { ref: fail }
            to: direct:aside
            split: { simple: "${body.messages}", stopOnException: true, steps: [ { process: { ref: fail } } ] }
            """)
    void what_a_later_step_fails_of_takes_back_all_of_the_batch(String step) throws IOException {
        failures.set(3);
        String aside = """
                - route:
                    id: aside
                    from:
                      uri: direct:aside
                      steps:
                        - process: { ref: fail }
                """;
        Headgate headgate = start(SOURCE + WRITE + "        - " + step.replace("  - ", "\n        - ") + "\n" + aside);
        send(headgate, "a", "1");
        Pipeline.await().until(() -> failures.get() < 0);
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select key from headgate.ledger"))
                .containsExactly("1"));
        assertThat(pipeline.texts("select body from written")).containsExactly("a");
        assertThat(pipeline.texts("select reason from headgate.dead_letter")).isEmpty();
    }

    @Test
    void a_batch_of_sql_that_could_commit_by_itself_commits_with_the_batch() throws IOException {
        failures.set(3);
        beans.put("rows", (Processor) exchange -> exchange.getMessage().setBody(List.of(Map.of("word", "many"))));
        // After a scope of transacted of its own Camel forgets that the exchange is part of a transaction.
        Headgate headgate = start(SOURCE
                + WRITE.replace("    steps:", """
                    steps:
                        - transacted: { steps: [ { log: "in its scope" } ] }
                        - process: { ref: rows }
                        - to:
                            uri: "sql:insert into written values (:#word)"
                            parameters: { batch: true }
                """.stripTrailing())
                        .replaceFirst("(?s)\\n *- to: \\{ id: insert.*?\\n", "\n        - process: { ref: fail }\n"));
        send(headgate, "a", "1");
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select key from headgate.ledger"))
                .containsExactly("1"));
        assertThat(pipeline.texts("select body from written")).containsExactly("many");
    }

    @Test
    void what_a_step_before_the_batch_refuses_is_a_dead_letter_as_it_came() throws IOException {
        Headgate headgate = start(SOURCE + WRITE);
        send(headgate, "bad one", "1");
        send(headgate, "good", "2");
        assertDeadLetter("in refuse bad 1");
        assertThat(pipeline.texts("select convert_from(payload, 'UTF8') from headgate.dead_letter"))
                .containsExactly("bad one");
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select body from written"))
                .containsExactly("good"));
    }

    @Test
    void so_it_is_where_the_batch_is_reached_by_way_of_another_route() throws IOException {
        Headgate headgate = start(SOURCE.replace("- to: batch:b", "- to: direct:further") + """
                - route:
                    id: further
                    from:
                      uri: direct:further
                      steps:
                        - to: batch:b
                """ + WRITE);
        send(headgate, "bad one", "1");
        assertDeadLetter("in refuse bad 1");
    }

    @Test
    void an_error_handler_of_the_routes_own_wins() throws IOException {
        Headgate headgate =
                start(SOURCE.replace("    id: in\n", "    id: in\n    errorHandler: { noErrorHandler: {} }\n") + WRITE);
        assertThatThrownBy(() -> send(headgate, "bad one", "1")).hasRootCauseInstanceOf(RejectedException.class);
        send(headgate, "good", "2");
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select body from written"))
                .containsExactly("good"));
        assertThat(pipeline.texts("select reason from headgate.dead_letter")).isEmpty();
    }

    @Test
    void without_an_idempotent_consumer_the_message_id_is_the_key_or_what_keyBy_says() throws IOException {
        Headgate headgate = start(SOURCE + WRITE);
        send(headgate, "a", "1");
        send(headgate, "b", "1");
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select body from written"))
                .containsExactly("a"));
        pipeline.stop();

        Headgate keyed = start(
                SOURCE.replace("- to: batch:b", "- to: { uri: batch:b, parameters: { keyBy: '${header.order}' } }")
                        + WRITE);
        send(keyed, "c", "order", "o-1");
        send(keyed, "d", "order", "o-1");
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select key from headgate.ledger order by 1"))
                .containsExactly("1", "o-1"));
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select body from written order by 1"))
                .containsExactly("a", "c"));
    }

    @Test
    void an_option_that_is_no_number_is_named_with_its_value() {
        assertThatThrownBy(() -> start(SOURCE + WRITE.replace("lanes: 1", "lanes: two")))
                .rootCause()
                .hasMessageContaining("lanes")
                .hasMessageContaining("two");
        assertThatThrownBy(() -> start(SOURCE + WRITE.replace("lanes: 1", "lanes: 0")))
                .rootCause()
                .hasMessageContaining("lanes must be greater than 0, found 0");
    }

    /** As {@link #WRITE}, with a relation. */
    private static final String RELATION = """
            - route:
                id: write
                from:
                  uri: batch:b
                  parameters:
                    linger: 200ms
                    lanes: 1
                    backoffBase: 1
                    backoffCap: 5
                    columns: "id text, n integer, items json, \\"at\\" timestamptz, tags text[]"
                    headerColumns: channel text
                  steps:
                    - to: { id: insert, uri: "sql:file:{{headgate.routes}}/insert.sql" }
            """;

    private static final String OBJECTS = SOURCE.replace("- setBody: { simple: '\"${body}\"' }\n            ", "");

    @Test
    void a_batch_is_a_table_of_its_fresh_messages() throws IOException {
        Files.writeString(folder.resolve("insert.sql"), """
                insert into written
                select concat_ws(' ', message_number, id, n, items, "at", tags[1], channel, message_id, message_key,
                                 message_trace ->> 'traceparent', message_pipeline)
                from batch order by message_number
                """);
        Headgate headgate = start(OBJECTS + RELATION);
        send(headgate, """
                {"id": "ü\\n\\\\\\u20ac\\t\\"", "n": 7, "items": [ {"a":"\\\\"} ], "at": "2026-01-02T03:04:05Z", "tags": ["x\\"y"], "more": {}}
                """, Map.of("message-id", "1", "channel", "web", "traceparent", "00-1-2-01"));
        send(headgate, "{\"id\": null, \"n\": 1, \"n\": 2, \"items\": \"s\"}", Map.of("message-id", "2"));
        send(headgate, "{\"id\": \"again\"}", Map.of("message-id", "1"));
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select key from headgate.ledger order by 1"))
                .containsExactly("1", "2"));
        assertThat(pipeline.texts("select body from written"))
                .containsExactly(
                        "1 ü\n\\€\t\" 7 [ {\"a\":\"\\\\\"} ] 2026-01-02 03:04:05+00 x\"y web 1 1 00-1-2-01 b",
                        "2 2 \"s\" 2 2 b");
    }

    @Test
    void what_cannot_be_a_row_is_a_dead_letter_and_the_others_are_rows() throws IOException {
        Files.writeString(folder.resolve("insert.sql"), "insert into written select id from batch where n < 9");
        Headgate headgate = start(OBJECTS + RELATION);
        List<String> bad = List.of(
                "{\"n\": \"seven\"}",
                "[1]",
                "{\"id\": \"a\",}",
                "{\"id\": \"\\u0000\"}",
                "{\"id\": \"\\ud800\"}",
                "{\"n\": 1e2000}",
                "{\"tags\": \"none\"}",
                "{} {}");
        for (int i = 0; i < bad.size(); i++) {
            send(headgate, "{\"id\": \"good " + i + "\", \"n\": 1}", "good " + i);
            send(headgate, bad.get(i), "bad " + i);
        }
        Pipeline.await().untilAsserted(() -> assertThat(
                        pipeline.texts("select headers ->> 'message-id' || ' ' || reason from headgate.dead_letter"
                                + " order by 1"))
                .containsExactly(
                        "bad 0 SQLSTATE 22P02",
                        "bad 1 no JSON object",
                        "bad 2 broken JSON",
                        "bad 3 NUL in a text",
                        "bad 4 broken JSON",
                        "bad 5 exponent beyond 1000",
                        "bad 6 SQLSTATE 22P02",
                        "bad 7 broken JSON"));
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select body from written order by 1"))
                .hasSize(bad.size())
                .containsExactlyElementsOf(IntStream.range(0, bad.size())
                        .mapToObj(i -> "good " + i)
                        .toList()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            id text, n         | found "n" where a name and a type of Postgres are expected
            id txt             | type "txt" does not exist: Correct the option columns or headerColumns.
            message_id text    | names that begin with message_ are those of the batch's own columns
            """)
    void columns_that_cannot_be_are_refused_at_the_start_with_their_place(String columns, String said) {
        assertThatThrownBy(() -> start(OBJECTS + RELATION.replaceFirst("columns: .*", "columns: " + columns)))
                .hasMessageContainingAll("b.camel.yaml, line ", ": Route write: ")
                .hasMessageContaining(said);
    }

    @Test
    void sql_that_reads_the_relation_is_looked_at_before_the_start() throws IOException {
        Files.writeString(folder.resolve("insert.sql"), "insert into written\nselect nobody from batch");

        assertThatThrownBy(() -> start(OBJECTS + RELATION)).hasMessageContaining("column \"nobody\" does not exist");
    }

    @Test
    void a_table_that_the_relation_would_hide_is_named_at_the_start() {
        pipeline.execute("create table batch (id text)");
        try {
            assertThatThrownBy(() -> start(OBJECTS + RELATION)).hasMessageContaining("would hide public.batch");
        } finally {
            pipeline.execute("drop table batch");
        }
    }

    private Headgate start(String yaml) throws IOException {
        Files.writeString(folder.resolve("b.camel.yaml"), yaml);
        return pipeline.start(folder, Map.of(), beans);
    }

    private static void send(Headgate headgate, String body, String id) {
        send(headgate, body, "message-id", id);
    }

    /** As a source that acknowledges after the effect. */
    private static void send(Headgate headgate, String body, String header, String value) {
        send(headgate, body, Map.of(header, value));
    }

    private static void send(Headgate headgate, String body, Map<String, String> headers) {
        Exchange sent = headgate.camelContext().createProducerTemplate().send("direct:in", exchange -> {
            new SourcePosition.Unknown(exchange.getExchangeId()).enter(exchange, new SynchronizationAdapter());
            headers.forEach(exchange.getMessage()::setHeader);
            exchange.getMessage().setBody(body.getBytes(UTF_8));
        });
        if (sent.getException() != null) {
            throw new CamelExecutionException("not taken", sent, sent.getException());
        }
    }

    private static void assertDeadLetter(String expected) {
        Pipeline.await()
                .untilAsserted(() -> assertThat(pipeline.texts("select pipeline || ' ' || stage || ' ' || reason"
                                + " || ' ' || (headers ->> 'message-id') from headgate.dead_letter"))
                        .containsExactly(expected));
    }
}

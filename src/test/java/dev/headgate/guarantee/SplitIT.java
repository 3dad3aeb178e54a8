package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.Processor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of a message are messages of their own, and it is acknowledged when all of them are. */
class SplitIT {

    /** The payload of each is made of lines; each line is a JSON string. */
    private static final String ROUTES = """
            - route:
                id: lines
                from:
                  uri: kafka:%1$s
                  parameters: { groupId: "%1$s" }
                  steps:
            %2$s
            - route:
                id: lines-write
                from:
                  uri: batch:lines
                  parameters: { linger: 10ms, lanes: 1, maxSize: 2, backoffBase: 10, backoffCap: 50 }
                  steps:
                    - to: "sql:file:{{headgate.routes}}/insert.sql"
            """;

    private static final String SPLIT = """
            - split:
                tokenize: { token: "\\n" }
                steps:
                  - to: batch:lines
            """;

    /** What a refused message becomes of is seen in its dead letter. */
    public static final class Parts {
        /** Its lines, or as many as it says, or none at all. */
        public List<String> of(String body) {
            if (body.startsWith("broken")) {
                throw new RejectedException("broken", "it says so itself");
            }
            if (body.startsWith("many ")) {
                return IntStream.range(0, Integer.parseInt(body.substring(5)))
                        .mapToObj("\"%d\""::formatted)
                        .toList();
            }
            return body.lines().toList();
        }
    }

    private static Pipeline pipeline;
    private static int number;

    @TempDir
    private Path folder;

    private String topic;

    @BeforeAll
    static void startServers() {
        pipeline = new Pipeline(1);
        pipeline.execute("create table got (body text check (body <> 'refused'))");
    }

    @AfterAll
    static void stopServers() {
        pipeline.close();
    }

    @AfterEach
    void clear() {
        pipeline.stop();
        pipeline.execute("truncate got, headgate.ledger, headgate.dead_letter");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            inside of an idempotent consumer  | idempotentConsumer: { ref: messageId, idempotentRepository: "#ledger", steps: [ { split: { tokenize: { token: "\\n" }, steps: [ { to: "batch:lines" } ] } } ] }
            outside of one                    | split: { tokenize: { token: "\\n" }, steps: [ { idempotentConsumer: { ref: messageId, idempotentRepository: "#ledger", steps: [ { to: "batch:lines" } ] } } ] }
            by the key of the record          | split: { tokenize: { token: "\\n" }, steps: [ { idempotentConsumer: { header: kafka.KEY, idempotentRepository: "#ledger", steps: [ { to: "batch:lines" } ] } } ] }
            without one                       | split: { tokenize: { token: "\\n" }, steps: [ { to: "batch:lines" } ] }
            on other threads                  | split: { tokenize: { token: "\\n" }, parallelProcessing: true, steps: [ { to: "batch:lines" } ] }
            as a stream                       | split: { tokenize: { token: "\\n" }, streaming: true, steps: [ { to: "batch:lines" } ] }
            in a route that is called         | to: { uri: "direct:further" }
            """)
    void each_part_is_applied_once(String name, String step) throws Exception {
        start("- " + step, """
                - route:
                    id: further
                    from:
                      uri: direct:further
                      steps:
                """ + SPLIT.indent(8));
        List<String> lines = new ArrayList<>();
        for (int record = 0; record < 100; record++) {
            List<String> own = List.of(record + "-a", record + "-b", record + "-c");
            send(
                    "k" + record,
                    "id-" + record,
                    String.join("\n", own.stream().map("\"%s\""::formatted).toList()));
            lines.addAll(own);
        }
        pipeline.flush();
        awaitCommitted(100);
        assertThat(pipeline.texts("select body from got")).containsExactlyInAnyOrderElementsOf(lines);
    }

    @Test
    void parts_of_parts_and_parts_with_an_id_of_their_own() throws Exception {
        start("""
                - split:
                    tokenize: { token: "\\n" }
                    steps:
                      - split:
                          tokenize: { token: "," }
                          steps:
                            - to: { uri: batch:lines, parameters: { keyBy: "${header.own}" } }
                """);
        send("k", null, "\"a\",\"b\"\n\"c\",\"d\"");
        pipeline.flush();
        awaitCommitted(1);
        assertThat(pipeline.texts("select key from headgate.ledger order by 1"))
                .containsExactly(at("0#0#0"), at("0#0#1"), at("0#1#0"), at("0#1#1"));
        pipeline.stop();

        start("""
                - split:
                    tokenize: { token: "\\n" }
                    steps:
                      - to: { uri: batch:lines, parameters: { keyBy: "${body}" } }
                """);
        send("k", "1", "\"x\"\n\"y\"");
        send("k", "2", "\"y\"\n\"z\"");
        pipeline.flush();
        awaitCommitted(2);
        assertThat(pipeline.texts("select body from got where body >= 'x' order by 1"))
                .containsExactly("x", "y", "z");
    }

    /** The process is killed when two of three parts are written: the batch of the third waits for a lock. */
    @Test
    void killed_between_the_parts_each_is_applied_once_and_the_record_is_acknowledged_after_the_last()
            throws Exception {
        write(SPLIT, "");
        pipeline.execute("create unique index once on got (body)");
        Map<String, String> shortSession = Map.of("camel.component.kafka.session-timeout-ms", "6000");
        try (Connection other = pipeline.connect();
                Statement waitedFor = other.createStatement()) {
            other.setAutoCommit(false);
            waitedFor.execute("insert into got values ('c')");
            send("k", "r", "\"a\"\n\"b\"\n\"c\"");
            pipeline.flush();
            try (ChildProcess child = ChildProcess.run(pipeline, folder, shortSession)) {
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select body from got"))
                        .as(child::output)
                        .containsExactlyInAnyOrder("a", "b"));
                pipeline.awaitWaitingForLocks(1);
                assertThat(pipeline.committed(topic)).isZero();
            }
        }
        try (ChildProcess child = ChildProcess.run(pipeline, folder, shortSession)) {
            awaitCommitted(1);
            assertThat(child.isAlive()).as(child::output).isTrue();
        }
        assertThat(pipeline.texts("select body from got")).containsExactlyInAnyOrder("a", "b", "c");
        pipeline.execute("drop index once");
    }

    @Test
    void a_part_is_refused_and_replayed_alone() throws Exception {
        String route = """
                - split:
                    tokenize: { token: "\\n" }
                    steps:
                      - process: { ref: refuse, id: refuse }
                      - to: batch:lines
                """;
        start(route);
        send("k", "r", "\"a\"\n\"refused\"\n\"bad\"\n\"d\"");
        pipeline.flush();
        awaitCommitted(1);
        assertThat(pipeline.texts("select body from got")).containsExactlyInAnyOrder("a", "d");
        assertThat(pipeline.texts("select stage || ' ' || reason || ' ' || replace(source, '%s', '')".formatted(topic)
                        + " from headgate.dead_letter order by source"))
                .containsExactly("lines SQLSTATE 23514 -0-0#1", "refuse bad -0-0#2");

        pipeline.stop();
        pipeline.execute("alter table got drop constraint got_body_check");
        try {
            start(route.replace("process: { ref: refuse, id: refuse }", "log: none"), topic);
            replay("1");
            awaitCommitted(2);
            assertThat(pipeline.texts("select body from got")).containsExactlyInAnyOrder("a", "d", "refused");
            replay("2");
            awaitCommitted(3);
            assertThat(pipeline.texts("select body from got")).containsExactlyInAnyOrder("a", "d", "refused", "bad");
            assertThat(pipeline.texts("select state || ' ' || (settled_at is not null) from headgate.dead_letter"))
                    .containsExactly("replayed true", "replayed true");
        } finally {
            pipeline.execute("truncate got");
            pipeline.execute("alter table got add constraint got_body_check check (body <> 'refused')");
        }
    }

    @Test
    void what_cannot_be_split_is_a_dead_letter_and_what_has_no_parts_is_acknowledged() throws Exception {
        String route = """
                - split:
                    id: split
                    method: { ref: parts, method: of }
                    steps:
                      - process: { ref: refuse, id: refuse }
                      - to: batch:lines
                """;
        start(route);
        send("k", "none", "");
        send("k", "broken", "broken");
        send("k", "too many", "many 10001");
        send("k", "bad", IntStream.range(0, 25).mapToObj(i -> "\"bad\"").reduce("\"good\"", (a, b) -> a + "\n" + b));
        pipeline.flush();
        awaitCommitted(4);
        assertThat(pipeline.texts("select headers ->> 'message-id' || ': ' || stage || ': ' || reason"
                        + " from headgate.dead_letter where source not like '%#%' order by id"))
                .containsExactly(
                        "broken: split: broken",
                        "too many: split: more than 10000 parts",
                        "bad: split: more than 20 parts are refused");
        assertThat(pipeline.count("select count(*) from headgate.dead_letter where source like '%#%'"))
                .isEqualTo(20);
        assertThat(pipeline.count("select count(*) from got")).isEqualTo(10_001);
        pipeline.stop();

        start(
                route.replace("process: { ref: refuse, id: refuse }", "log: { message: none, loggingLevel: TRACE }"),
                topic);
        long whole = pipeline.count("select id from headgate.dead_letter where headers ->> 'message-id' = 'bad'"
                + " and source not like '%#%'");
        HeadgateCommand.run(folder, pipeline.properties(), List.of("dead-letters", "replay", "" + whole))
                .succeeded();
        awaitCommitted(5);
        assertThat(pipeline.count("select count(*) from got")).isEqualTo(10_026);
        assertThat(pipeline.text("select settled_at is not null from headgate.dead_letter where id = " + whole))
                .isEqualTo("t");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            aggregate: { correlationExpression: { constant: x }, completionSize: 3, aggregationStrategy: "#s", steps: [ { to: "batch:lines" } ] } | lines.camel.yaml, line 7: Route lines, step (aggregate) stands between a source and batch:lines
            to: batch:line | lines.camel.yaml, line 7: Route lines, step (to) sends to batch:line, from which no route consumes
            to: "sql:file:{{headgate.routes}}/none.sql" | lines.camel.yaml, line 7: Route lines, step (to): file:
            to: "log:{{no.such.setting}}" | lines.camel.yaml, line 7: Route lines, step (to): Property with key [no.such.setting] not found
            to: "sql:select 1 from nowhere where 1 = :#${body}" | lines.camel.yaml, line 7: Route lines, step (to): relation "nowhere" does not exist: Correct the SQL
            """)
    void what_loses_messages_is_refused_at_the_start(String step, String expected) {
        long before = asking();
        assertThatThrownBy(() -> start("- " + step)).hasMessageContaining(expected);
        Pipeline.await().untilAsserted(() -> assertThat(asking()).isLessThanOrEqualTo(before));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            insert into gots select value from json_array_elements_text(cast(:#${body.fresh} as json))        | insert.sql, line 3: insert into gots
            insert into got (bodi) select value from json_array_elements_text(cast(:#${body.fresh} as json)) | column "bodi" of relation "got" does not exist
            insert into closed select value from json_array_elements_text(cast(:#${body.fresh} as json))      | permission denied for table closed: Grant it to the role
            """)
    void sql_that_the_database_cannot_run_is_refused_at_the_start(String sql, String expected) throws IOException {
        pipeline.migrate();
        pipeline.execute("create table if not exists closed (body text)");
        pipeline.execute("do $$ begin if not exists (select from pg_roles where rolname = 'poor_%s') then"
                        .formatted(pipeline.name)
                + " create role poor_%1$s login; end if; end $$; grant usage on schema headgate, public to poor_%1$s;"
                        .formatted(pipeline.name)
                + " grant all on all tables in schema headgate to poor_%1$s; grant insert on got to poor_%1$s"
                        .formatted(pipeline.name));
        write(SPLIT, "");
        Files.writeString(folder.resolve("insert.sql"), "-- what is new\n\n" + sql);
        assertThatThrownBy(() -> pipeline.start(
                        folder,
                        Map.of("headgate.database.user", "poor_" + pipeline.name, "headgate.migrate", "false"),
                        Map.of()))
                .hasMessageContaining("Route lines-write, step (to): ")
                .hasMessageContaining(expected);
    }

    private void replay(String part) {
        String id = pipeline.text("select id from headgate.dead_letter where source like '%#" + part + "'");
        HeadgateCommand.run(folder, pipeline.properties(), List.of("dead-letters", "replay", id))
                .succeeded();
    }

    private String at(String position) {
        return "@at:" + topic + "-0-" + position;
    }

    private void awaitCommitted(long records) {
        Pipeline.await()
                .untilAsserted(() -> assertThat(pipeline.committed(topic)).isEqualTo(records));
    }

    /** The threads of what asks for health; those of a start that failed end. */
    private static long asking() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("health"))
                .count();
    }

    private void start(String steps) throws IOException {
        start(steps, "");
    }

    private void start(String steps, String more) throws IOException {
        if (more.equals(topic)) {
            write(topic, steps, "");
        } else {
            write(steps, more);
        }
        Processor refuse = exchange -> {
            if (exchange.getMessage().getBody(String.class).contains("bad")) {
                throw new RejectedException("bad", "it says so itself");
            }
        };
        pipeline.start(folder, Map.of(), Map.of("refuse", refuse, "parts", new Parts()));
    }

    /** A topic and a group of its own. */
    private void write(String steps, String more) throws IOException {
        topic = pipeline.topic + "-" + ++number;
        Servers.KAFKA.createTopic(topic, 1, Map.of());
        write(topic, steps, more);
    }

    private void write(String from, String steps, String more) throws IOException {
        Files.writeString(folder.resolve("lines.camel.yaml"), ROUTES.formatted(from, steps.indent(8)) + more);
        Files.writeString(folder.resolve("insert.sql"), """
                insert into got select value from json_array_elements_text(cast(:#${body.fresh} as json))
                """);
    }

    private void send(String key, String id, String payload) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(topic, key, payload.getBytes(UTF_8));
        if (id != null) {
            message.headers().add("message-id", id.getBytes(UTF_8));
        }
        pipeline.send(message);
    }
}

package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What Postgres refuses with a code that could be an outage as well: the message that fails alone while its neighbours pass
 * is a dead letter, whatever its code. One process runs a pipeline for each code.
 */
class PoisonIT {

    private static final int GOOD = 12;
    private static final int MIDDLE = GOOD / 2;

    private static final String ROUTES = """
            - route:
                id: NAME
                from:
                  uri: kafka:TOPIC
                  parameters: { groupId: TOPIC }
                  steps:
                    - to: batch:NAME
            - route:
                id: NAME-write
                from:
                  uri: batch:NAME
                  parameters: { linger: 500, lanes: 1 }
                  steps:
                    - to: "sql:file:{{headgate.routes}}/sql/NAME.sql"
            """;

    private static final String INSERT = """
            insert into TABLE (id, amount) select m.id, m.amount
            from json_to_recordset(cast(:#${body.fresh} as json)) as m (id text, amount numeric) where true
            """;

    enum Code {
        RAISE("P0001", """
                create table raise (id text primary key, amount numeric);
                create trigger t before insert on raise for each row execute function check_amount()""", INSERT),
        AT_COMMIT("P0001", """
                create table at_commit (id text primary key, amount numeric);
                create constraint trigger t after insert on at_commit deferrable initially deferred
                for each row execute function check_amount()""", INSERT),
        ROW_LEVEL_SECURITY("42501", """
                create table row_level_security (id text primary key, amount numeric);
                alter table row_level_security enable row level security;
                alter table row_level_security force row level security;
                create policy p on row_level_security using (true) with check (amount < 1000)""", INSERT),
        CHECK_OPTION("44000", """
                create table check_option (id text primary key, amount numeric);
                create view checked as select * from check_option where amount < 1000 with cascaded check option
                """, INSERT.replace("TABLE", "checked")),
        TOO_SLOW(
                "57014",
                "create table too_slow (id text primary key, amount numeric)",
                INSERT + "and (m.amount < 1000 or pg_sleep(60) is not null)"),
        /** No message alone is refused, but two of them together. */
        TWICE(
                null,
                "create table twice (id text primary key, amount numeric)",
                INSERT.replace("m.id,", "case when m.amount > 1000 then 'bad' else m.id end,")
                        + "on conflict (id) do update set amount = excluded.amount");

        private final String state;
        private final String table;
        private final String sql;

        Code(String state, String table, String sql) {
            this.state = state;
            this.table = table;
            this.sql = sql;
        }

        String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @TempDir
    private static Path folder;

    private static Pipeline pipeline;
    private static Sink sink;

    @BeforeAll
    static void start() throws IOException {
        pipeline = new Pipeline(1);
        sink = new Sink(pipeline);
        pipeline.migrate();
        sink.execute("""
                create function check_amount() returns trigger language plpgsql as
                $$ begin
                  if new.amount > 1000 then raise exception 'amount % is over the limit', new.amount; end if;
                  return new;
                end $$""");
        sink.execute("alter role {role} set statement_timeout = '3s'");
        Files.createDirectories(folder.resolve("sql"));
        for (Code code : Code.values()) {
            Servers.KAFKA.createTopic(topic(code), 1, Map.of());
            sink.execute(code.table);
            Files.writeString(
                    folder.resolve(code.id() + ".camel.yaml"),
                    ROUTES.replace("NAME", code.id()).replace("TOPIC", topic(code)));
            Files.writeString(folder.resolve("sql/" + code.id() + ".sql"), code.sql.replace("TABLE", code.id()));
        }
        sink.execute("grant all on all tables in schema public to {role}");
        sink.execute("grant all on all tables in schema headgate to {role}");
        sink.execute("grant usage on schema headgate to {role}");
        sink.execute("grant all on all sequences in schema headgate to {role}");
        for (Code code : Code.values()) {
            for (int i = 0; i < GOOD; i++) {
                if (i == MIDDLE) {
                    send(code, "bad", 5000);
                    send(code, "bad again", 6000);
                }
                send(code, "good-" + i, i);
            }
        }
        pipeline.flush();
        Map<String, String> properties = new HashMap<>(sink.properties(""));
        properties.put("headgate.migrate", "false");
        pipeline.start(folder, properties, Map.of());
    }

    @AfterAll
    static void stop() {
        sink.close();
        pipeline.close();
    }

    @ParameterizedTest
    @EnumSource
    void what_fails_alone_while_its_neighbours_pass_is_poison_whatever_its_code(Code code) {
        int bad = code.state == null ? 0 : 2;
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed(topic(code)))
                .as("committed")
                .isEqualTo(GOOD + 2));
        assertThat(pipeline.texts("select key from headgate.ledger where pipeline = '" + code.id() + "'"))
                .containsAll(IntStream.range(0, GOOD).mapToObj(i -> "good-" + i).toList())
                .hasSize(GOOD + 2 - bad);
        assertThat(pipeline.count("select count(*) from " + code.id())).isEqualTo(bad == 0 ? GOOD + 1 : GOOD);
        List<String> letters = pipeline.texts(
                "select headers ->> 'message-id' || ' ' || reason from headgate.dead_letter where pipeline = '"
                        + code.id() + "' order by id");
        if (bad == 0) {
            assertThat(letters).isEmpty();
        } else {
            assertThat(letters).containsExactly("bad SQLSTATE " + code.state, "bad again SQLSTATE " + code.state);
        }
    }

    @Test
    void its_dead_letter_says_what_postgres_said_and_what_was_tried() {
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed(topic(Code.RAISE)))
                .isEqualTo(GOOD + 2));
        assertThat(pipeline.text("select error from headgate.dead_letter where pipeline = 'raise' order by id limit 1"))
                .contains("amount 5000 is over the limit")
                .containsPattern("refused \\d+ times in \\d+\\.\\d s, while \\d+ other messages passed");
        assertThat(pipeline.count("select min(attempts) from headgate.dead_letter where pipeline = 'raise'"))
                .isGreaterThanOrEqualTo(3);
    }

    private static void send(Code code, String id, int amount) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(
                topic(code),
                "key of " + id,
                "{\"id\":\"%s\",\"amount\":%d}".formatted(id, amount).getBytes(UTF_8));
        message.headers().add("message-id", id.getBytes(UTF_8));
        pipeline.send(message);
    }

    private static String topic(Code code) {
        return pipeline.topic + "-" + code.id();
    }
}

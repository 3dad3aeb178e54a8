package dev.headgate.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.guarantee.Servers;
import dev.headgate.message.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The relation by itself, in a session, and the recipes of its page. */
class BatchRelationIT {

    private static final CamelContext CONTEXT = new DefaultCamelContext();
    private static final List<String> RECIPES = recipes();

    private Connection session;

    /** Others leave tables of Headgate in the one that the server begins with. */
    @BeforeAll
    static void createDatabase() throws SQLException {
        try (Connection server = Servers.POSTGRES.dataSource().getConnection();
                Statement statement = server.createStatement()) {
            statement.execute("create database relation");
        }
    }

    @BeforeEach
    void open() throws SQLException {
        session = DriverManager.getConnection(
                Servers.POSTGRES.jdbcUrl().replaceFirst("/[^/]*$", "/relation"),
                Servers.POSTGRES.user(),
                Servers.POSTGRES.password());
        session.setAutoCommit(false);
        execute("create temporary table products (id text primary key, name text, amount numeric)");
        execute("create temporary table totals (id text primary key, quantity bigint)");
        session.commit();
    }

    @AfterEach
    void close() throws SQLException {
        session.rollback();
        session.close();
    }

    @Test
    void values_are_those_that_json_to_recordset_gives() throws SQLException {
        String columns = "t text, n numeric, i integer, b boolean, j json, jb jsonb, a text[], at timestamptz";
        List<String> payloads = List.of(
                "{\"t\":\"a\\tb\\\\c\\r\\n\\u00e9\\ud83d\\ude00\\\"\",\"n\":1.50,\"i\":-7,\"b\":true}",
                "{\"t\":12.30,\"n\":\"1e3\",\"i\":\"4\",\"b\":\"no\",\"j\":[1, {\"x\":\"\\n\"}],\"jb\":\"s\"}",
                "{\"t\":{\"k\" : [1]},\"j\":true,\"jb\":{\"z\":1,\"a\":null},\"a\":[\"x\",null,\"q\\\"\\\\\",3,\"NULL\",\"\"]}",
                "{\"t\":null,\"t\":\"last\",\"other\":{\"t\":\"inner\"},\"a\":[],\"at\":\"2026-01-02T03:04:05+02:00\"}",
                " {} ");
        fill(columns, payloads, List.of("k", "k", "k", "k", "k"));
        String values = "t, n, i, b, j::text, jb, a, at";

        assertThat(texts("select row(" + values + ")::text from batch order by message_number"))
                .isEqualTo(texts("select row(" + values + ")::text from json_to_recordset($j$["
                        + String.join(",", payloads) + "]$j$::json) as (" + columns + ")"));
    }

    @Test
    void it_outlives_the_transaction_and_is_made_again_for_other_columns() throws SQLException {
        BatchRelation one = fill("id text", List.of("{\"id\":\"a\"}"), List.of("k"));
        session.rollback();
        one.prepare(session);
        one.fill(session, batch(List.of("{\"id\":\"b\"}"), List.of("k")), false);
        one.fill(session, batch(List.of("{\"id\":\"c\"}"), List.of("k")), true);
        assertThat(texts("select id from batch")).containsExactly("c");
        session.commit();
        assertThat(texts("select id from batch")).isEmpty();

        fill("other integer", List.of("{\"other\":1}"), List.of("k"));
        assertThat(texts("select other::text from batch")).containsExactly("1");
        session.rollback();
        one.prepare(session);
        assertThat(texts("select id from batch")).isEmpty();
    }

    @Test
    void the_row_that_is_refused_is_known() throws SQLException {
        List<String> payloads = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            payloads.add("{\"n\":" + (i == 2222 ? "\"no\"" : "7") + "}");
        }
        Batch batch = batch(payloads, payloads);
        BatchRelation relation = relation("n integer");
        relation.prepare(session);

        assertThatThrownBy(() -> relation.fill(session, batch, false))
                .isInstanceOfSatisfying(RefusedRowException.class, e -> assertThat(Suspect.among(batch.messages(), e))
                        .isEqualTo(2222))
                .hasMessageContaining("column n: \"no\"");
    }

    @Test
    void the_latest_of_a_key_is_its_state_or_deletes_it() throws SQLException {
        execute("insert into products (id, name) values ('old', 'old'), ('kept', 'kept')");
        products(
                List.of(
                        "{\"id\":\"a\",\"name\":\"1\"}",
                        "-",
                        "{\"id\":\"b\",\"name\":\"1\"}",
                        "-",
                        "{\"id\":\"b\",\"name\":\"2\"}"),
                List.of("a", "old", "b", "b", "b"));
        execute(recipe("insert into products"));
        execute(recipe("delete from products"));
        assertThat(texts("select id || name from products order by 1")).containsExactly("a1", "b2", "keptkept");
    }

    @Test
    void what_is_absent_stays() throws SQLException {
        execute("insert into products values ('a', 'name', 1), ('b', 'name', 1)");
        products(
                List.of(
                        "{\"id\":\"a\",\"name\":\"new\"}",
                        "{\"id\":\"a\",\"amount\":2}",
                        "{\"id\":\"a\",\"amount\":3}"),
                List.of("a", "a", "a"));
        execute(recipe("update products"));
        assertThat(texts("select id || name || amount from products order by 1"))
                .containsExactly("anew3", "bname1");
    }

    @Test
    void a_batch_is_rolled_up() throws SQLException {
        execute("insert into totals values ('a', 10)");
        products(
                List.of(
                        "{\"id\":\"a\",\"quantity\":1}",
                        "{\"id\":\"b\",\"quantity\":2}",
                        "{\"id\":\"a\",\"quantity\":3}"),
                List.of("a", "b", "a"));
        execute(recipe("insert into totals"));
        assertThat(texts("select id || quantity from totals order by 1")).containsExactly("a14", "b2");
    }

    @Test
    void entries_and_jobs_are_inserted() throws SQLException {
        products(List.of("{\"id\":\"a\",\"amount\":1001}", "{\"id\":\"b\",\"amount\":1}"), List.of("a", "b"));
        execute("create schema headgate");
        execute(
                "create table headgate.outbox (pipeline text, destination text, key text, headers json, payload bytea)");
        execute("create table headgate.job (queue text, payload bytea)");
        execute(recipe("insert into headgate.outbox"));
        execute(recipe("insert into headgate.job"));
        assertThat(texts("select concat_ws(' ', pipeline, key, convert_from(payload, 'UTF8')) from headgate.outbox"))
                .containsExactly("p a {\"id\" : \"a\", \"name\" : null}", "p b {\"id\" : \"b\", \"name\" : null}");
        assertThat(texts("select convert_from(payload, 'UTF8') from headgate.job"))
                .containsExactly("{\"id\" : \"a\"}");
    }

    private void products(List<String> payloads, List<String> keys) throws SQLException {
        fill("id text, name text, amount numeric, quantity integer", payloads, keys);
    }

    private BatchRelation fill(String columns, List<String> payloads, List<String> keys) throws SQLException {
        BatchRelation relation = relation(columns);
        relation.prepare(session);
        relation.fill(session, batch(payloads, keys), false);
        return relation;
    }

    private static BatchRelation relation(String columns) {
        return new BatchRelation("p", Objects.requireNonNull(BatchColumns.of(columns, null)));
    }

    /** A payload of "-" is none. */
    private static Batch batch(List<String> payloads, List<String> keys) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            byte @Nullable [] payload =
                    payloads.get(i).equals("-") ? null : payloads.get(i).getBytes(UTF_8);
            messages.add(new Message(new DefaultExchange(CONTEXT), "p", "id-" + i, keys.get(i), payload, null));
        }
        Batch batch = new Batch("p", messages, Batch.Closed.COUNT, BatchPolicy.of("continue", "drop", "keys", null));
        batch.claimed(message -> true);
        return batch;
    }

    private static String recipe(String beginning) {
        return RECIPES.stream()
                .filter(sql -> sql.startsWith(beginning + " ") || sql.startsWith(beginning + "\n"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> recipes() {
        try {
            String page = Files.readString(Path.of("src/docs/batch.md"));
            return Pattern.compile("(?s)```sql\n(.*?)```")
                    .matcher(page.substring(page.indexOf("**Recipes.**")))
                    .results()
                    .map((MatchResult found) -> found.group(1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = session.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}

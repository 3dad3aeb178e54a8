package dev.headgate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.HeadgateException;
import dev.headgate.cli.CommandLineRun;
import dev.headgate.database.Migrations;
import dev.headgate.demo.DemoServers;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/** What {@code try --database} says of somebody's database, and that it is afterwards as it was before. */
class TryDatabaseIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ORDER = """
            {"order_id": "%s", "version": %d, "customer": "ada", "amount": %d, "currency": "EUR", "status": "paid",
             "items": [], "placed_at": "2026-01-02T03:04:05Z"}
            """.replace("\n", "");

    private static final String TABLES = """
            select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname in ('public', 'headgate') order by 1
            """;

    private static final String RELATIONS = """
            select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname !~ '^pg_' order by 1
            """;

    @TempDir
    static Path directory;

    private static DemoServers servers;
    private static int number;

    private String url;
    private JdbcTemplate users;
    private Settings settings;

    @BeforeAll
    static void start() {
        servers = new DemoServers(directory);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void database() {
        String name = "users_" + number++;
        database(servers.postgres().jdbcUrl()).execute("create database " + name);
        url = servers.postgres().jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
        users = database(url);
        settings = settings(Path.of("routes"));
    }

    private static JdbcTemplate database(String url) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(servers.postgres().user());
        dataSource.setPassword(servers.postgres().password());
        return new JdbcTemplate(dataSource);
    }

    private Settings settings(Path routes) {
        return Settings.load(routes, null, Map.of())
                .with(
                        Map.of(
                                "headgate.database.url",
                                url,
                                "headgate.database.user",
                                servers.postgres().user(),
                                "headgate.database.password",
                                servers.postgres().password(),
                                "orders.topic",
                                "orders-" + number,
                                "orders.queue",
                                "orders-" + number,
                                "orders-archive.topic",
                                "orders-" + number),
                        "the test");
    }

    @Test
    void each_message_is_told_and_nothing_stays() {
        new Migrations(settings).apply(Path.of("routes"));
        users.execute("""
                insert into orders values ('o-1', 1, 'ada', 10, 'EUR', 'paid', 'web', '[]', '2026-01-01', '2026-01-01');
                insert into headgate.ledger (pipeline, key, source) values ('orders', 'applied', 'somewhere');
                create table audit (what text);
                create table forgotten (what text);
                insert into forgotten values ('old');
                create function audit() returns trigger language plpgsql as $$ begin
                    insert into audit values (new.order_id); delete from forgotten; return null; end $$;
                create trigger audit after insert on orders for each row execute function audit();
                """);
        List<String> before = everything();
        try (Rehearsal rehearsal = new Rehearsal(servers, Path.of("routes"), settings)) {
            assertThat(send(rehearsal, "m-1", ORDER.formatted("o-1", 2, 20)))
                    .contains("applied", "~ orders {\"order_id\":\"o-1\"} ")
                    .contains("version: 1 → 2", "amount: 10 → 20")
                    .doesNotContain("customer:", "audit")
                    .contains("outbox orders-applied o-1: {");
            assertThat(send(rehearsal, "m-2", ORDER.formatted("o-2", 1, 5)))
                    .contains(
                            "applied",
                            "+ orders {",
                            "\"order_id\":\"o-2\"",
                            "+ audit {\"what\":\"o-2\"}",
                            "- forgotten {\"what\":\"old\"}")
                    .doesNotContain("o-1");
            assertThat(send(rehearsal, "m-3", ORDER.formatted("o-2", 2, 5)))
                    .contains("~ orders {\"order_id\":\"o-2\"} ", "version: 1 → 2")
                    .doesNotContain("amount:");
            assertThat(send(rehearsal, "m-3", ORDER.formatted("o-2", 2, 5))).isEqualTo("   duplicate\n");
            assertThat(send(rehearsal, "applied", ORDER.formatted("o-9", 1, 5))).isEqualTo("   duplicate\n");
            assertThat(send(rehearsal, "m-5", "{}"))
                    .startsWith("   dead letter at step orders-validate: schema")
                    .hasLineCount(1);

            // Nobody else sees any of it, the relay of a running process neither; and nobody waits.
            assertThat(everything()).isEqualTo(before);
            users.execute("set lock_timeout = '1s'; update orders set amount = amount where order_id = 'other'");
        }
        assertThat(everything()).isEqualTo(before);
        assertThat(
                        users.queryForList(
                                "select pid from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid() and datname = current_database()"))
                .isEmpty();
    }

    /** What a commit would find is found. */
    @Test
    void what_is_deferred_to_the_commit_is_checked() {
        new Migrations(settings).apply(Path.of("routes"));
        users.execute("""
                create table customers (customer text primary key);
                insert into customers values ('bob');
                alter table orders add constraint customer foreign key (customer) references customers
                    deferrable initially deferred;
                """);
        List<String> before = everything();
        try (Rehearsal rehearsal = new Rehearsal(servers, Path.of("routes"), settings)) {
            assertThat(send(rehearsal, "m-1", ORDER.formatted("o-1", 1, 1)))
                    .startsWith("   dead letter at step orders: SQLSTATE 23503")
                    .doesNotContain("+ orders");
            assertThat(send(rehearsal, "m-2", ORDER.formatted("o-2", 1, 1).replace("ada", "bob")))
                    .contains("applied", "+ orders {");
        }
        assertThat(everything()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into orders select * from orders; commit",
                "commit",
                "rollback; begin; delete from orders; commit",
                "/* so */ -- or\n END; delete from orders",
                "select 'a;b'; prepare transaction 'x'",
            })
    void a_statement_that_ends_the_transaction_is_refused(String sql, @TempDir Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Path.of("routes"), folder);
        new Migrations(settings).apply(folder);
        users.execute("insert into orders values ('o-1', 1, 'ada', 10, 'EUR', 'paid', 'web', '[]', now(), now())");
        Files.writeString(folder.resolve("sql/orders-receipts.sql"), sql);
        List<String> before = everything();

        assertThatThrownBy(() -> {
                    try (Rehearsal rehearsal = new Rehearsal(servers, folder, settings)) {
                        send(rehearsal, "m-1", ORDER.formatted("o-1", 2, 20));
                    }
                })
                .isInstanceOf(HeadgateException.class)
                .hasMessageContaining("begins or ends a transaction")
                .hasMessageContaining("orders.camel.yaml, line ");

        assertThat(everything()).isEqualTo(before);
        assertThat(users.queryForList("select * from pg_prepared_xacts")).isEmpty();
    }

    /** SQL that nobody could read before. */
    @Test
    void a_statement_that_is_made_while_it_runs_is_refused(@TempDir Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Path.of("routes"), folder);
        new Migrations(settings).apply(folder);
        Path route = folder.resolve("orders.camel.yaml");
        Files.writeString(
                route,
                Files.readString(route)
                        .replace(
                                "- to: { id: orders-receipts, uri: \"sql:file:{{headgate.routes}}/sql/orders-receipts.sql\" }",
                                """
                                - setBody: { constant: "insert into receipts values ('r', 'o', 1); commit" }
                                        - to: { uri: "sql:select 1", parameters: { useMessageBodyForSql: true } }"""));
        List<String> before = everything();

        try (Rehearsal rehearsal = new Rehearsal(servers, folder, settings)) {
            assertThatThrownBy(() -> send(rehearsal, "m-1", ORDER.formatted("o-1", 2, 20)))
                    .isInstanceOf(HeadgateException.class)
                    .hasMessageStartingWith("Nothing is written: `commit` begins or ends a transaction");
        }

        assertThat(everything()).isEqualTo(before);
    }

    /** Who writes beside it is not taken for the pipeline, before his commit or behind it. */
    @Test
    void what_others_write_is_not_told() throws SQLException {
        new Migrations(settings).apply(Path.of("routes"));
        users.execute("""
                insert into orders values ('o-7', 1, 'ada', 10, 'EUR', 'paid', 'web', '[]', now(), now()),
                    ('o-8', 1, 'ada', 10, 'EUR', 'paid', 'web', '[]', now(), now())
                """);
        try (Rehearsal rehearsal = new Rehearsal(servers, Path.of("routes"), settings);
                Connection other = Objects.requireNonNull(users.getDataSource()).getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("update orders set version = 5 where order_id = 'o-8'");
            statement.execute("delete from orders where order_id = 'o-7'");
            assertThat(send(rehearsal, "m-1", ORDER.formatted("o-1", 1, 1)))
                    .contains("+ orders {", "\"order_id\":\"o-1\"")
                    .doesNotContain("o-7", "o-8");
            other.commit();
            assertThat(send(rehearsal, "m-2", ORDER.formatted("o-1", 2, 1)))
                    .contains("~ orders {\"order_id\":\"o-1\"} ")
                    .doesNotContain("o-7", "o-8");
            assertThat(send(rehearsal, "m-3", ORDER.formatted("o-8", 6, 10)))
                    .contains("~ orders {\"order_id\":\"o-8\"} ", "version: 5 → 6")
                    .doesNotContain("o-7", "o-1");
        }
        assertThat(users.queryForList("select version from orders", Integer.class))
                .containsExactly(5);
    }

    @Test
    void queues_are_tried_too() {
        Path routes = Path.of("routes", "sqs");
        settings = settings(routes);
        new Migrations(settings).apply(routes);
        List<String> before = everything();
        try (Rehearsal rehearsal = new Rehearsal(servers, routes, settings)) {
            assertThat(send(rehearsal, "m-1", ORDER.formatted("o-1", 1, 1))).contains("applied", "+ orders {");
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void objects_are_put_and_their_manifest_is_rolled_back() {
        Path routes = Path.of("routes", "s3");
        settings = settings(routes);
        new Migrations(settings).apply(routes);
        List<String> before = everything();
        try (Rehearsal rehearsal = new Rehearsal(servers, routes, settings)) {
            assertThat(send(rehearsal, "m-1", ORDER.formatted("o-1", 1, 1)))
                    .startsWith("   applied\n     object ")
                    .endsWith(": 1 messages\n");
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void the_command_prints_json_and_says_which_migrations_are_pending(@TempDir Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Path.of("routes"), folder);
        Path properties = folder.resolve("application.properties");
        Files.writeString(
                properties,
                Files.readString(properties)
                        .replaceFirst("(?m)^headgate.database.url=.*$", "headgate.database.url=" + url)
                        .replaceFirst(
                                "(?m)^headgate.database.user=.*$",
                                "headgate.database.user=" + servers.postgres().user())
                        .replaceFirst(
                                "(?m)^headgate.database.password=.*$",
                                "headgate.database.password="
                                        + servers.postgres().password()));
        Path input = folder.resolve("input.jsonl");
        Files.writeString(input, ORDER.formatted("o-1", 2, 20) + "\n{}\n");
        String[] words = {"try", folder.toString(), "--input", input.toString(), "--database", "--json"};
        List<String> empty = everything();

        CommandLineRun behind = CommandLineRun.of(words);

        assertThat(behind.exitCode()).isEqualTo(1);
        assertThat(behind.out()).isEmpty();
        assertThat(behind.err())
                .contains(
                        "the migration V1__ledger_outbox_dead_letter.sql is not applied to the database",
                        "V2__receipts.sql");
        assertThat(everything()).isEqualTo(empty);

        new Migrations(settings).apply(folder);
        users.execute("insert into orders values ('o-1', 1, 'ada', 10, 'EUR', 'paid', 'web', '[]', now(), now())");
        List<String> before = everything();

        CommandLineRun tried = CommandLineRun.of(words);

        assertThat(tried.exitCode()).as(tried.err()).isEqualTo(1);
        JsonNode said = JSON.readTree(tried.out());
        assertThat(said.path("tried").asInt()).isEqualTo(2);
        assertThat(said.path("deadLetters").asInt()).isEqualTo(1);
        JsonNode row = said.path("messages").path(0).path("rows").path(0);
        assertThat(row.path("table").asText()).isEqualTo("orders");
        assertThat(row.path("change").asText()).isEqualTo("updated");
        assertThat(row.path("key").toString()).isEqualTo("{\"order_id\":\"o-1\"}");
        assertThat(row.path("before").path("version").asInt()).isEqualTo(1);
        assertThat(row.path("after").path("version").asInt()).isEqualTo(2);
        assertThat(row.path("after").has("customer")).isFalse();
        assertThat(said.path("messages")
                        .path(0)
                        .path("outbox")
                        .path(0)
                        .path("key")
                        .asText())
                .isEqualTo("o-1");
        assertThat(said.path("messages").path(1).path("deadLetter").path("step").asText())
                .isEqualTo("orders-validate");
        assertThat(everything()).isEqualTo(before);
    }

    private static String send(Rehearsal rehearsal, String id, String payload) {
        return rehearsal
                .send(List.of(new Input("key", Map.of("message-id", id), payload.getBytes(StandardCharsets.UTF_8))))
                .text();
    }

    /** Each version of each row, and each relation. */
    private List<String> everything() {
        List<String> everything = new ArrayList<>(users.queryForList(RELATIONS, String.class));
        for (String table : users.queryForList(TABLES, String.class)) {
            everything.addAll(users.queryForList(
                    "select '%1$s ' || xmin || ctid || to_jsonb(t) from %1$s t order by ctid".formatted(table),
                    String.class));
        }
        return everything;
    }
}

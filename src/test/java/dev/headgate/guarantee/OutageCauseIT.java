package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.manage.HoldCheck;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While nothing can be written, readiness says why at present, and what an operator can act on. */
class OutageCauseIT {

    private static final Duration SECONDS = Duration.ofSeconds(15);

    private final Pipeline pipeline = new Pipeline(1);
    private final Sink sink = new Sink(pipeline);
    private HoldCheck check;
    private int sent;

    @BeforeEach
    void start() {
        check = pipeline.start(sink.properties(""), Map.of())
                .camelContext()
                .getRegistry()
                .lookupByNameAndType("holdCheck", HoldCheck.class);
        send();
        awaitWritten();
    }

    @AfterEach
    void stop() {
        sink.close();
        pipeline.close();
    }

    @Test
    void a_wait_for_a_lock_names_its_holder() throws SQLException {
        try (Connection holder = DriverManager.getConnection(pipeline.jdbcUrl(), sink.role, "");
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("set local application_name = 'the holder'");
            statement.execute("insert into headgate.ledger (pipeline, key, source) values ('orders', 'message1', 'x')");
            int pid = holder.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            send();
            awaitSaid("it waited for pid " + pid + " (the holder, user ");
            awaitSaid("idle in transaction since 20", "last statement: insert into headgate.ledger", "SQLSTATE 55P03");
            holder.rollback();
        }
        awaitWritten();
    }

    @Test
    void what_fails_now_is_said_with_its_line_and_not_what_failed_first() {
        sink.execute("alter table orders rename column channel to medium");
        send();
        awaitSaid(
                "column \"channel\" of relation \"orders\" does not exist",
                "sql/orders-state.sql, line 3: insert into orders (");
        awaitSaid("SQLSTATE 42703", "PostgreSQL at 127.0.0.1:");

        sink.execute("alter table orders rename column customer to buyer");
        sink.execute("alter table orders rename column medium to channel");
        awaitSaid("column \"customer\" of relation \"orders\" does not exist");
        assertThat(said()).doesNotContain("\"channel\"");

        sink.execute("alter table orders rename column buyer to customer");
        awaitWritten();
    }

    @Test
    void what_a_trigger_says_is_said_with_its_hint_the_step_and_an_example() {
        sink.execute("""
                create function close_books() returns trigger language plpgsql as $$ begin
                  raise exception 'the books are closed' using detail = 'since yesterday', hint = 'open the year';
                end $$;
                create trigger closed before insert on orders for each row execute function close_books()
                """);
        send();
        awaitSaid("ERROR: the books are closed; detail: since yesterday; hint: open the year");
        awaitSaid("PL/pgSQL function close_books() line 2 at RAISE", "SQLSTATE P0001");
        awaitSaid("step orders-state (to[sql/orders-state.sql] at orders.camel.yaml:");
        awaitSaid("the first is " + pipeline.topic + "-0-1, key order1");

        sink.execute("drop function close_books() cascade");
        awaitWritten();
    }

    @Test
    void a_database_that_is_read_only_or_away_is_said_to_be_so() {
        sink.execute("alter role {role} set default_transaction_read_only = on");
        sink.disconnect();
        send();
        awaitSaid("in a read-only transaction (SQLSTATE 25006)");

        sink.proxy.refuse(true);
        sink.proxy.cut();
        awaitSaid("PostgreSQL at 127.0.0.1:" + sink.proxy.port() + "/" + pipeline.name + " cannot be reached now");
        assertThat(said()).doesNotContain("null");

        sink.execute("alter role {role} reset default_transaction_read_only");
        sink.proxy.refuse(false);
        awaitWritten();
    }

    private void send() {
        pipeline.sendOrder("order" + sent, "message" + sent, 1);
        pipeline.flush();
        sent++;
    }

    private void awaitWritten() {
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(sent));
        Pipeline.await().untilAsserted(() -> assertThat(said()).isEmpty());
    }

    private void awaitSaid(String... parts) {
        Pipeline.await().atMost(SECONDS).untilAsserted(() -> assertThat(said()).contains(parts));
    }

    private String said() {
        return check.call().getMessage().orElse("");
    }
}

package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A relay that cannot mark what it has sent sends nothing again, and nothing else, until it can. */
class OutboxMarkIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int ENTRIES = 4000;
    private static final String RELAY = "outbox:orders?maxEntries=100&pollInterval=50";

    private final Relays relays = new Relays();
    private final Receiver receiver = new Receiver();
    private final Receiver another = new Receiver();
    private OutboxDatabase database;
    private HikariDataSource pool;

    /** The owner of a table could not lose his rights. */
    @BeforeEach
    void startAsAnOrdinaryUser() throws Exception {
        database = OutboxDatabase.shared();
        database.sql.execute("create role relay login");
        database.sql.execute("grant usage on schema headgate to relay");
        database.sql.execute("grant select, insert, update, delete on all tables in schema headgate to relay");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.server.jdbcUrl());
        config.setUsername("relay");
        config.setPassword("relay");
        config.setMaximumPoolSize(4);
        config.setConnectionTimeout(1000);
        pool = new HikariDataSource(config);
    }

    @AfterEach
    void stop() {
        relays.close();
        pool.close();
        database.sql.execute("drop owned by relay");
        database.sql.execute("drop role relay");
    }

    @Test
    void while_it_may_not_update_the_outbox_nothing_is_sent_again() throws Exception {
        whileItCannotMark("revoke update on headgate.outbox from relay", "grant update on headgate.outbox to relay");
    }

    @Test
    void while_the_database_is_read_only_nothing_is_sent_again() throws Exception {
        whileItCannotMark(
                "alter role relay set default_transaction_read_only = on; " + TERMINATE,
                "alter role relay set default_transaction_read_only = off; " + TERMINATE);
    }

    private static final String TERMINATE =
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'relay'";

    private void whileItCannotMark(String cannot, String can) throws Exception {
        database.write("orders", ENTRIES, 100);
        AtomicInteger bulks = new AtomicInteger();
        receiver.refuse(bulk -> {
            if (bulks.incrementAndGet() == 5) {
                database.sql.execute(cannot);
            }
        });
        CamelContext first = relays.start(pool, RELAY, receiver);
        await().atMost(SOON).until(() -> !Relays.component(first).troubles().isEmpty());
        CamelContext second = relays.start(pool, RELAY, another);
        await().atMost(SOON).until(() -> !Relays.component(second).troubles().isEmpty());

        int sent = receiver.size();
        assertThat(database.count("delivered_at is null"))
                .isEqualTo(ENTRIES - sent + receiver.bulks().get(4));
        await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> receiver.size() + another.size() == sent);
        database.sql.execute(can);

        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        List<String> all = new ArrayList<>(receiver.ids());
        all.addAll(another.ids());
        assertThat(all).containsExactlyInAnyOrderElementsOf(database.idsInOrder());
        assertThat(receiver.idsByKey().values())
                .allSatisfy(ids -> assertThat(ids).isSorted());
        assertThat(database.count("attempts = 1")).isEqualTo(ENTRIES);
        assertThat(Relays.component(first).delivered("orders")).isEqualTo(receiver.size());
    }
}

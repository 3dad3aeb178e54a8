package dev.headgate.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headgate.outbox.OutboxTable.Takeover;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class OutboxIT {

    private static final List<Integer> ALL_SHARDS =
            IntStream.range(0, 16).boxed().toList();
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Relays relays = new Relays();
    private final Receiver receiver = new Receiver();
    private OutboxDatabase database;

    @BeforeEach
    void emptyOutbox() throws Exception {
        database = OutboxDatabase.shared();
    }

    @AfterEach
    void stop() {
        relays.close();
    }

    @Test
    void entries_of_one_key_arrive_in_order_and_each_is_marked_delivered_once() throws Exception {
        database.write("orders", 5000, 40);
        relays.start(database.pool, "outbox:orders?maxEntries=300", receiver);

        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);

        assertThat(receiver.ids()).containsExactlyInAnyOrderElementsOf(database.idsInOrder());
        assertThat(receiver.idsByKey()).hasSize(40).values().allSatisfy(ids -> assertThat(ids)
                .isSorted());
        assertThat(receiver.bulks()).allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(300));
        assertThat(database.count("attempts = 1 and next_attempt_at is null and last_error is null"))
                .isEqualTo(5000);
    }

    @Test
    void entries_of_many_shards_travel_in_one_exchange() throws Exception {
        database.write("orders", 200, 200);
        relays.start(database.pool, "outbox:orders", receiver);

        await().atMost(SOON).until(() -> receiver.size() == 200);

        assertThat(receiver.bulks()).hasSizeLessThan(16);
    }

    @Test
    void of_writers_that_lock_their_key_first_the_entries_leave_in_the_order_of_their_commits() throws Exception {
        database.sql.execute("drop table if exists state");
        database.sql.execute("create table state (key text primary key, version int)");
        relays.start(database.pool, "outbox:orders?pollInterval=10", receiver);
        ExecutorService writers = Executors.newSingleThreadExecutor();
        try (Connection first = database.server.dataSource().getConnection();
                Connection second = database.server.dataSource().getConnection()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            upsertAndInsert(first);
            Future<?> waiting = writers.submit(() -> {
                upsertAndInsert(second);
                second.commit();
                return null;
            });
            await().atMost(SOON)
                    .until(() -> database.sql.queryForObject(
                                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock'", Long.class)
                            > 0);
            insert(first);
            first.commit();
            waiting.get();
        } finally {
            writers.shutdownNow();
        }
        await().atMost(SOON).until(() -> receiver.size() == 3);

        assertThat(receiver.ids()).isEqualTo(database.idsInOrder());
    }

    @Test
    void of_writers_that_do_not_the_entry_that_commits_later_leaves_later_and_is_not_left_behind() throws Exception {
        relays.start(database.pool, "outbox:orders?pollInterval=10", receiver);
        try (Connection first = database.server.dataSource().getConnection();
                Connection second = database.server.dataSource().getConnection()) {
            first.setAutoCommit(false);
            insert(first);
            insert(second);
            await().atMost(SOON).until(() -> receiver.size() == 1);
            first.commit();
        }
        await().atMost(SOON).until(() -> receiver.size() == 2);

        List<String> ids = database.idsInOrder();
        assertThat(receiver.ids()).containsExactly(ids.get(1), ids.get(0));
    }

    private static void upsertAndInsert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "insert into state values ('k', 1) on conflict (key) do update set version = state.version + 1");
        }
        insert(connection);
    }

    private static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "insert into headgate.outbox (pipeline, destination, key) values ('test', 'orders', 'k')");
        }
    }

    /** Of 60,000 names about seven pairs have the same 28 bits. */
    @Test
    void entries_of_a_destination_with_the_same_hash_are_left_alone() throws Exception {
        List<String> alike = database.sql.queryForList("""
                select unnest(array[min(name), max(name)])
                from (select 'orders-' || n as name from generate_series(1, 60000) n) names
                group by hashtext(name) & -16 having count(*) > 1 order by 1 limit 2
                """, String.class);
        database.write(alike.get(0), 10, 10);
        database.write(alike.get(1), 10, 10);
        relays.start(database.pool, "outbox:" + alike.get(1), receiver);

        await().atMost(SOON).until(() -> receiver.size() == 10);
        await().atMost(SOON)
                .until(() -> database.count("delivered_at is not null and destination = '" + alike.get(1) + "'") == 10);
        assertThat(database.count("delivered_at is null and destination = '" + alike.get(0) + "'"))
                .isEqualTo(10);
    }

    @Test
    void an_entry_is_written_to_one_index_when_it_comes_and_to_one_when_it_is_delivered() {
        assertThat(walRecordsAnEntry("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'orders', 'key-' || n % 100, 'x' from generate_series(1, 2000) n
                """)).isBetween(1.9, 2.2);
        assertThat(walRecordsAnEntry("update headgate.outbox set delivered_at = now()"))
                .as("with one for the lock on the row that is replaced, until the new one has a page")
                .isBetween(2.9, 3.2);
    }

    /** One for the row, one for each index. */
    private double walRecordsAnEntry(String sql) {
        return database.sql.queryForList("explain (analyze, wal, costs off, timing off) " + sql, String.class).stream()
                        .map(line -> Pattern.compile("WAL: records=(\\d+)").matcher(line))
                        .filter(Matcher::find)
                        .mapToLong(found -> Long.parseLong(found.group(1)))
                        .max()
                        .orElseThrow()
                / 2000.0;
    }

    @Test
    void to_take_the_first_of_many_reads_no_more_than_these_whatever_the_planner_expects() throws Exception {
        database.write("orders", 20_000, 400);
        database.sql.execute("update headgate.outbox set delivered_at = now() where id % 1000 >= 20");
        database.sql.execute("vacuum analyze headgate.outbox");
        database.write("orders", 20_000, 400);
        try (Connection connection = database.server.dataSource().getConnection();
                OutboxTable table = OutboxTable.open(
                        new SingleConnectionDataSource(connection, true), "orders", "relay", Takeover.AT_ONCE)) {
            long before = rowsRead(connection);

            assertThat(table.pendingShards()).hasSize(16);
            List<OutboxEntry> entries = table.fetch(ALL_SHARDS, 10, 1_000_000);
            table.markDelivered(entries);

            assertThat(entries).hasSize(160);
            assertThat(rowsRead(connection) - before).isLessThan(1_000);
        }
    }

    @Test
    void a_look_does_not_step_over_all_that_was_delivered_since_the_last_vacuum() throws Exception {
        database.sql.execute("alter table headgate.outbox set (autovacuum_enabled = off)");
        database.write("orders", 100_000, 1_000);
        database.sql.execute("update headgate.outbox set delivered_at = now()"
                + " where id < (select max(id) - 1000 from headgate.outbox)");
        AtomicLong nanoTime = new AtomicLong();
        try (Connection connection = database.server.dataSource().getConnection();
                OutboxTable table = OutboxTable.open(
                        new SingleConnectionDataSource(connection, true),
                        "orders",
                        "relay",
                        Takeover.AT_ONCE,
                        nanoTime::get)) {
            relayAll(table);
            table.pendingShards(); // what was seen is settled
            table.pendingShards();
            database.write("orders", 100, 10);
            long before = pagesRead(connection);

            assertThat(relayAll(table)).isEqualTo(100);

            assertThat(pagesRead(connection) - before).isLessThan(400);

            // What has an id of long ago is found all the same.
            database.sql.execute("update headgate.outbox set delivered_at = null"
                    + " where id = (select min(id) from headgate.outbox)");
            assertThat(table.pendingShards()).isEmpty();
            nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
            assertThat(relayAll(table)).isEqualTo(1);
        }
    }

    @Test
    void what_commits_after_later_ids_were_delivered_is_seen_at_once_and_goes_before_the_later_ones_of_its_key()
            throws Exception {
        try (Connection late = database.server.dataSource().getConnection();
                Connection connection = database.server.dataSource().getConnection();
                OutboxTable table = OutboxTable.open(
                        new SingleConnectionDataSource(connection, true), "orders", "relay", Takeover.AT_ONCE)) {
            database.write("orders", 100, 10);
            assertThat(relayAll(table)).isEqualTo(100);
            late.setAutoCommit(false);
            write(late, "first");
            for (int i = 0; i < 5; i++) {
                database.write("orders", 100, 10);
                assertThat(relayAll(table)).isEqualTo(100);
                assertThat(table.pendingShards()).isEmpty();
            }

            late.commit();
            write(late, "second");
            late.commit();

            assertThat(table.pendingShards()).hasSize(1);
            assertThat(table.fetch(ALL_SHARDS, 1_000, 1_000_000))
                    .extracting(entry -> new String(entry.payload(), UTF_8))
                    .containsExactly("first", "second");
        }
    }

    private static void write(Connection connection, String payload) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into headgate.outbox (pipeline, destination, key, payload) values ('test', 'orders', 'late', ?)")) {
            statement.setBytes(1, payload.getBytes(UTF_8));
            statement.executeUpdate();
        }
    }

    private static int relayAll(OutboxTable table) throws SQLException {
        int relayed = 0;
        while (!table.pendingShards().isEmpty()) {
            List<OutboxEntry> entries = table.fetch(ALL_SHARDS, 1_000, 1_000_000);
            table.markDelivered(entries);
            relayed += entries.size();
        }
        return relayed;
    }

    private static long pagesRead(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_stat_force_next_flush()");
            try (ResultSet row = statement.executeQuery("""
                    select idx_blks_read + idx_blks_hit from pg_statio_user_indexes where indexrelname = 'outbox_pending'
                    """)) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static long rowsRead(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_stat_force_next_flush()");
            try (ResultSet row = statement.executeQuery("""
                    select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'outbox'
                    """)) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @Test
    void entries_of_another_destination_are_left_alone() throws Exception {
        database.write("invoices", 10, 10);
        database.write("orders", 10, 10);
        relays.start(database.pool, "outbox:orders", receiver);

        await().atMost(SOON).until(() -> receiver.size() == 10);

        assertThat(database.count("destination = 'invoices' and delivered_at is null and attempts = 0"))
                .isEqualTo(10);
    }

    @Test
    void entry_travels_with_its_bytes_its_id_its_content_type_and_its_own_headers() throws Exception {
        byte[] payload = {0, -1, 1, '{'};
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, content_type, headers, payload)
                values ('test', 'orders', 'k', 'text/x', '{"trace":"abc","n":7,"none":null,"message-id":"mine"}', ?)
                """, payload);
        relays.start(database.pool, "outbox:orders", receiver);

        await().atMost(SOON).until(() -> receiver.size() == 1);

        Message message = receiver.arrived().get(0);
        assertThat(message.getBody()).isEqualTo(payload);
        assertThat(message.getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        KafkaConstants.KEY,
                        "k",
                        "message-id",
                        database.idsInOrder().get(0),
                        "content-type",
                        "text/x",
                        "trace",
                        "abc",
                        "n",
                        "7"));
    }

    @Test
    void entry_without_key_and_payload_arrives_without_them() throws Exception {
        database.sql.update("insert into headgate.outbox (pipeline, destination) values ('test', 'orders')");
        relays.start(database.pool, "outbox:orders", receiver);

        await().atMost(SOON).until(() -> receiver.size() == 1);

        Message message = receiver.arrived().get(0);
        assertThat(message.getBody()).isNull();
        assertThat(message.getHeaders()).containsOnlyKeys("message-id", "content-type");
        await().atMost(SOON).until(() -> database.count("delivered_at is not null") == 1);
    }

    @Test
    void large_payloads_are_spread_over_exchanges_and_one_above_the_bound_travels_alone() throws Exception {
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'orders', 'k', convert_to(repeat('x', n), 'UTF8')
                from unnest(array[40000, 40000, 40000, 900000, 10]) with ordinality as size(n, i) order by i
                """);
        relays.start(database.pool, "outbox:orders?maxBytes=100000", receiver);

        await().atMost(SOON).until(() -> receiver.size() == 5);

        assertThat(receiver.ids()).isEqualTo(database.idsInOrder());
        // An entry is added while those before it are below the bound.
        assertThat(receiver.bulks()).isEqualTo(List.of(3, 1, 1));
    }

    @Test
    void two_relays_share_the_load_without_sending_anything_twice_or_out_of_order() throws Exception {
        database.write("orders", 20_000, 500);
        Receiver other = new Receiver();
        relays.start(database.pool, "outbox:orders?maxEntries=20&pollInterval=50", receiver);
        relays.start(database.pool, "outbox:orders?maxEntries=20&pollInterval=50", other);

        await().atMost(Duration.ofMinutes(2)).until(() -> database.count("delivered_at is null") == 0);

        assertThat(receiver.size()).isPositive();
        assertThat(other.size()).isPositive();
        List<String> all =
                Stream.concat(receiver.ids().stream(), other.ids().stream()).toList();
        assertThat(all).containsExactlyInAnyOrderElementsOf(database.idsInOrder());
        assertThat(receiver.idsByKey().values())
                .allSatisfy(ids -> assertThat(ids).isSorted());
        assertThat(other.idsByKey().values()).allSatisfy(ids -> assertThat(ids).isSorted());
        assertThat(database.count("attempts = 1")).isEqualTo(20_000);
    }

    @Test
    void waking_relays_what_was_committed_long_before_the_next_poll() throws Exception {
        CamelContext context = relays.start(database.pool, "outbox:orders?pollInterval=30s", receiver);
        // The relay is waiting when it has looked once and found nothing.
        database.write("orders", 1, 1);
        Relays.component(context).wake();
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);

        database.write("orders", 1, 1);
        Relays.component(context).wake();

        await().atMost(Duration.ofSeconds(5)).until(() -> receiver.size() == 2);
    }

    @Test
    void what_others_commit_after_entries_is_found_long_before_the_next_poll() throws Exception {
        database.write("orders", 1, 1);
        relays.start(database.pool, "outbox:orders?pollInterval=3600000", receiver);
        await().atMost(SOON).until(() -> receiver.size() == 1);

        database.write("orders", 1, 1);

        await().atMost(SOON).until(() -> receiver.size() == 2);
    }

    @Test
    void listener_is_told_and_a_broken_one_does_no_harm() throws Exception {
        AtomicReference<String> told = new AtomicReference<>();
        OutboxListener listener = new OutboxListener() {
            @Override
            public void delivered(String destination, int entries, Duration sinceOldestCreated) {
                long marked = database.count("delivered_at is not null");
                told.set(destination + " " + entries + " " + marked + " " + (sinceOldestCreated.toMinutes() >= 60));
            }
        };
        OutboxListener broken = new OutboxListener() {
            @Override
            public void delivered(String destination, int entries, Duration sinceOldestCreated) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, created_at)
                select 'test', 'orders', now() - interval '61 minutes' from generate_series(1, 3)
                """);
        relays.start(database.pool, "outbox:orders", receiver, broken, listener);

        await().atMost(SOON).until(() -> "orders 3 3 true".equals(told.get()));
    }

    @Test
    void suspended_relay_holds_no_connection_and_resumes() throws Exception {
        CamelContext context = relays.start(database.pool, "outbox:orders?pollInterval=50", receiver);
        await().atMost(SOON).until(() -> database.pool.getHikariPoolMXBean().getActiveConnections() == 1);

        context.getRouteController().suspendRoute("relay");
        await().atMost(SOON).until(() -> database.pool.getHikariPoolMXBean().getActiveConnections() == 0);
        database.write("orders", 10, 1);
        assertThat(receiver.size()).isZero();
        context.getRouteController().resumeRoute("relay");

        await().atMost(SOON).until(() -> database.count("delivered_at is not null") == 10);
    }

    @Test
    void stopping_lets_the_exchange_in_hand_end_and_marks_all_that_was_sent() throws Exception {
        database.write("orders", 5000, 100);
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        receiver.refuse(bulk -> {
            sending.countDown();
            goOn.await();
        });
        CamelContext context = relays.start(database.pool, "outbox:orders?maxEntries=160", receiver);
        sending.await();

        Thread stopping = new Thread(context::stop);
        stopping.start();
        await().atMost(SOON)
                .until(() -> ((OutboxConsumer) context.getRoute("relay").getConsumer()).isSuspended());
        goOn.countDown();
        stopping.join();

        assertThat(receiver.size()).isEqualTo(160);
        assertThat(database.count("delivered_at is not null")).isEqualTo(160);
        assertThat(database.sql.queryForObject(
                        "select count(*) from headgate.outbox_shard where holder is not null", Long.class))
                .isZero();
        assertThat(database.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void missing_data_source_and_wrong_use_are_said_plainly() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            assertThatThrownBy(() -> context.getEndpoint("outbox:orders").createProducer())
                    .hasMessageContaining("only be consumed from");
            assertThatThrownBy(() -> context.getEndpoint("outbox:orders")
                            .createConsumer(receiver)
                            .start())
                    .hasStackTraceContaining("expected one DataSource");
        }
    }
}

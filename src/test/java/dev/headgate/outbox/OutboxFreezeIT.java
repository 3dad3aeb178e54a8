package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.chaos.FrozenProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A relay that stands still gives up its shards, and when it goes on it does not disturb whoever has them now. */
class OutboxFreezeIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Relays relays = new Relays();
    private OutboxDatabase database;
    private Process child;

    @BeforeEach
    void start() throws Exception {
        database = OutboxDatabase.shared();
        database.sql.execute("drop table if exists arrived");
        database.sql.execute("create table arrived"
                + " (position bigint generated always as identity primary key, entry bigint, relay text)");
        child = RelayMain.start(
                Path.of("target", "relay-child.log"), database.server.jdbcUrl(), database.server.user());
    }

    @AfterEach
    void stop() throws Exception {
        child.destroyForcibly().waitFor();
        relays.close();
        database.sql.execute("drop table arrived");
    }

    @Test
    void shards_of_a_frozen_relay_are_relayed_by_another_and_when_it_thaws_nothing_steps_back() throws Exception {
        database.write("orders", 4000, 100);
        await().atMost(SOON).until(() -> arrivals("child") >= 200);
        await().atMost(SOON).until(this::freezeWithShardsInHand);
        assertThat(database.count("delivered_at is null")).isPositive();

        CamelContext other = relays.start(database.pool, RelayMain.URI, RelayMain.destination(database.sql, "other"));
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);

        FrozenProcess.thaw(child.pid());
        database.write("orders", 1000, 100);
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        other.stop();
        database.write("orders", 1000, 100);
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);

        assertThat(database.sql.queryForList(
                        "select entry from arrived group by entry having count(*) > 1", Long.class))
                .as("repeated")
                .hasSizeLessThanOrEqualTo(RelayMain.BULK);
        Map<String, Long> latest = new HashMap<>();
        for (Map<String, Object> row : database.sql.queryForList("""
                select o.key, a.entry
                from (select entry, min(position) as position from arrived group by entry) a
                join headgate.outbox o on o.id = a.entry order by a.position
                """)) {
            Long entry = (Long) row.get("entry");
            Long before = latest.put((String) row.get("key"), entry);
            assertThat(before == null || before < entry)
                    .as("%s after %s", row, before)
                    .isTrue();
        }
        assertThat(latest).hasSize(100);
    }

    private boolean freezeWithShardsInHand() {
        FrozenProcess.freeze(child.pid());
        if (database.sql.queryForObject(
                        "select count(*) from headgate.outbox_shard where holder is not null", Long.class)
                > 0) {
            return true;
        }
        FrozenProcess.thaw(child.pid());
        return false;
    }

    private long arrivals(String relay) {
        return database.sql.queryForObject("select count(*) from arrived where relay = ?", Long.class, relay);
    }
}

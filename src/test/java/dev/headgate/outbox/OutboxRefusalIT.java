package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.ReplayPlan;
import dev.headgate.deadletter.Replayer;
import dev.headgate.deadletter.Selection;
import dev.headgate.failure.RejectedException;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/** What a destination never takes becomes a dead letter, alone, and can be replayed. */
class OutboxRefusalIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ROW = "select pipeline || ' ' || stage || ' ' || reason || ' ' || state || ' ' || key"
            + " from headgate.dead_letter";

    private final Relays relays = new Relays();
    private final Receiver receiver = new Receiver();
    private OutboxDatabase database;

    @BeforeEach
    void empty() throws Exception {
        database = OutboxDatabase.shared();
        database.sql.execute("truncate headgate.dead_letter");
    }

    @AfterEach
    void stop() {
        relays.close();
    }

    @Test
    void a_refused_entry_becomes_a_dead_letter_and_its_neighbours_are_delivered_in_order() throws Exception {
        database.write("orders", 1000, 50);
        String refused = database.idsInOrder().get(500);
        String key = text("select key from headgate.outbox where id = " + Receiver.entry(refused));
        String payload =
                text("select convert_from(payload, 'UTF8') from headgate.outbox where id = " + Receiver.entry(refused));
        refuse(refused, new RejectedException("too large", "more than the destination takes"));
        CamelContext context =
                relays.start(database.pool, "outbox:orders?backoffBase=5&backoffCap=20&maxEntries=500", receiver);

        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        assertThat(receiver.ids()).hasSize(999).doesNotContain(refused);
        assertThat(receiver.idsByKey().values())
                .allSatisfy(ids -> assertThat(ids).isSorted());
        assertThat(database.sql.queryForList(ROW, String.class))
                .containsExactly("test outbox:orders too large dead " + key);

        receiver.refuse(bulk -> {});
        assertThat(replay(context)).isEqualTo(1);
        await().atMost(SOON).until(() -> receiver.ids().contains(refused));
        assertThat(receiver.arrived().get(999).getBody(String.class)).isEqualTo(payload);
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
        assertThat(database.sql.queryForList("select state from headgate.dead_letter", String.class))
                .containsExactly("replayed");
    }

    @Test
    void refused_again_after_a_replay_it_is_the_same_dead_letter() throws Exception {
        database.write("orders", 1, 1);
        refuse(database.idsInOrder().get(0), new RejectedException("no", "never"));
        CamelContext context = relays.start(database.pool, "outbox:orders", receiver);
        awaitDead(1);
        assertThat(replay(context)).isEqualTo(1);
        awaitDead(2);
        assertThat(database.count("true")).isZero();
        assertThat(database.sql.queryForList(ROW, String.class)).hasSize(1);
    }

    @Test
    void what_fails_for_a_reason_nobody_knows_is_given_up_after_so_many_attempts_and_not_one_earlier()
            throws Exception {
        database.write("orders", 1, 1);
        refuse(database.idsInOrder().get(0), new IllegalStateException("down"));
        CamelContext patient = relays.start(database.pool, "outbox:orders?backoffBase=1&backoffCap=2", receiver);
        await().atMost(SOON).until(() -> database.count("attempts > 20") == 1);
        patient.stop();
        database.sql.update("update headgate.outbox set attempts = 0");

        relays.start(database.pool, "outbox:orders?backoffBase=1&backoffCap=2&maxAttempts=5", receiver);
        awaitDead(5);
        assertThat(database.count("true")).isZero();
    }

    @Test
    void headers_that_are_no_object_cannot_be_written() {
        for (String headers : List.of("[1,2]", "123", "\"text\"", "true")) {
            assertThatThrownBy(() -> write(headers))
                    .isInstanceOf(DataIntegrityViolationException.class)
                    .hasMessageContaining("outbox_headers_are_an_object");
        }
        write("{}");
        write("null");
        write(null);
        assertThat(database.count("true")).isEqualTo(3);
    }

    private void write(String headers) {
        database.sql.update(
                "insert into headgate.outbox (pipeline, destination, headers) values ('test', 'unread', ?::json)",
                headers);
    }

    private void refuse(String id, RuntimeException cause) {
        receiver.refuse(bulk -> {
            if (bulk.stream().map(Receiver::id).anyMatch(id::equals)) {
                throw cause;
            }
        });
    }

    private String text(String query) {
        return database.sql.queryForObject(query, String.class);
    }

    private void awaitDead(int attempts) {
        await().atMost(SOON).untilAsserted(() -> assertThat(database.sql.queryForList(
                        "select attempts from headgate.dead_letter where state = 'dead'", Integer.class))
                .containsExactly(attempts));
    }

    private long replay(CamelContext context) {
        Selection all = new Selection(List.of(), DeadLetter.State.DEAD, null, null, null, null, null);
        ReplayPlan plan = Replayer.plan(database.pool, all, source -> true, 5);
        long replayed = new Replayer(database.pool, context.createProducerTemplate(), source -> true, 5)
                .send(plan, 100, sent -> {});
        Relays.component(context).wake();
        return replayed;
    }
}

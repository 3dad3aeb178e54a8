package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a relay promises, whatever it sends to. */
abstract class RelayTargetContract {

    static final Duration SOON = Duration.ofSeconds(30);

    /** How the destination answers to one entry. */
    enum Answer {
        TAKEN,
        UNAVAILABLE,
        REFUSED
    }

    /** Decides by the id of an entry. */
    interface Answers {
        Answer to(String id);
    }

    OutboxDatabase database;
    CamelContext context;

    /** The route's end, and what its components need. */
    abstract String prepare(CamelContext context);

    /** The options of its beginning. */
    abstract String options();

    abstract void answer(Answers answers);

    /** The ids that the destination has taken, in its order. */
    abstract List<String> taken();

    @BeforeEach
    void startRelay() throws Exception {
        database = OutboxDatabase.shared();
        database.sql.execute("truncate headgate.dead_letter");
        context = new DefaultCamelContext();
        context.getRegistry().bind("dataSource", database.pool);
        String target = prepare(context);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("outbox:orders?backoffBase=20&backoffCap=100&pollInterval=20" + options())
                        .setHeader("Idempotency-Key", simple("${header.message-id}"))
                        .setHeader("Content-Type", simple("${header.content-type}"))
                        .to(target);
            }
        });
        context.start();
    }

    @AfterEach
    void stopRelay() {
        context.stop();
    }

    @Test
    void each_entry_arrives_once_with_its_id_and_those_of_a_key_in_order() {
        write(200, 10);

        awaitDelivered();
        assertThat(taken()).containsExactlyInAnyOrderElementsOf(database.idsInOrder());
        assertThatKeysAreInOrder();
    }

    @Test
    void an_entry_that_fails_holds_back_its_key_and_what_went_beside_it_is_not_repeated() {
        String failing = "7";
        answer(id -> payload(id).equals(failing) ? Answer.UNAVAILABLE : Answer.TAKEN);
        write(60, 6);

        await().atMost(SOON).until(() -> database.count("last_error is not null and attempts > 2") > 0);
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 10 - 1);
        assertThat(taken()).hasSize(51);
        answer(id -> Answer.TAKEN);

        awaitDelivered();
        assertThat(taken()).containsExactlyInAnyOrderElementsOf(database.idsInOrder());
        assertThatKeysAreInOrder();
    }

    @Test
    void a_refused_entry_becomes_a_dead_letter_and_all_others_arrive_in_order() {
        answer(id -> payload(id).equals("7") ? Answer.REFUSED : Answer.TAKEN);
        write(60, 6);

        await().atMost(SOON).until(() -> database.count("true") == 59);
        awaitDelivered();
        assertThat(taken()).containsExactlyInAnyOrderElementsOf(database.idsInOrder());
        assertThatKeysAreInOrder();
        assertThat(database.sql.queryForList(
                        "select stage || ' ' || state || ' ' || convert_from(payload, 'UTF8') from headgate.dead_letter",
                        String.class))
                .containsExactly("outbox:orders dead 7");
    }

    @Test
    void headers_that_are_no_object_are_refused_and_nothing_waits_for_them() {
        database.writeUnchecked("orders", "key-1", "[1,2]");
        database.writeUnchecked("orders", "key-1", "123");
        database.writeUnchecked("orders", "key-2", "\"text\"");
        write(60, 6);

        await().atMost(SOON).until(() -> database.count("true") == 60);
        awaitDelivered();
        assertThatKeysAreInOrder();
        assertThat(database.sql.queryForList(
                        "select reason || ' ' || (headers->>'unreadable-headers') from headgate.dead_letter order by id",
                        String.class))
                .containsExactlyInAnyOrder(
                        "headers are no object [1,2]", "headers are no object 123", "headers are no object \"text\"");
        assertThat(database.count("attempts > 1")).isZero();
    }

    /** With the keys key-0, key-1, ... in turn, and their running numbers as payloads, in one transaction. */
    private void write(int entries, int keys) {
        database.write("orders", entries, keys);
    }

    private String payload(String id) {
        return database.sql.queryForObject(
                "select convert_from(payload, 'UTF8') from headgate.outbox where id = ?",
                String.class,
                Receiver.entry(id));
    }

    void awaitDelivered() {
        await().atMost(SOON).until(() -> database.count("delivered_at is null") == 0);
    }

    private void assertThatKeysAreInOrder() {
        Map<Long, String> keys = database.sql.queryForList("select id, key from headgate.outbox").stream()
                .collect(Collectors.toMap(row -> (Long) row.get("id"), row -> (String) row.get("key")));
        Map<String, List<Long>> byKey = taken().stream().map(Receiver::entry).collect(Collectors.groupingBy(keys::get));
        assertThat(byKey.values()).allSatisfy(ids -> assertThat(ids).isSorted());
    }
}

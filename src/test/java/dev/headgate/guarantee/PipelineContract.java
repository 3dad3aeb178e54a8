package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each combination of a source and a sink promises, with the routes that ship for it. One Headgate serves all tests
 * of a combination, one after the other; each sends orders of its own.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class PipelineContract {

    private static final Map<String, String> QUICK = Map.of(
            "headgate.commit-interval", "200ms",
            "camel.component.batch.linger", "100ms",
            "camel.component.batch.max-size", "40");
    /** Several commit intervals, lingers and extensions of the visibility. */
    private static final Duration HELD = Duration.ofMillis(3_500);

    private static final String DEAD_LETTERS =
            "select headers ->> 'message-id' || ' ' || stage || ' ' || reason from headgate.dead_letter";

    private final Path routes;
    private final Function<Pipeline, MessageSource> sources;
    private final BiFunction<Pipeline, Path, Effects> sinks;
    private final Written written = new Written();
    private Pipeline tables;
    private MessageSource source;
    private Effects effects;
    private Headgate headgate;

    PipelineContract(
            Path routes, Function<Pipeline, MessageSource> sources, BiFunction<Pipeline, Path, Effects> sinks) {
        this.routes = routes;
        this.sources = sources;
        this.sinks = sinks;
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        tables = new Pipeline(2);
        source = sources.apply(tables);
        effects = sinks.apply(tables, folder);
        run();
    }

    @AfterAll
    void stop() {
        if (headgate != null) {
            headgate.close();
        }
        effects.close();
        source.close();
        tables.close();
    }

    @Test
    void what_is_sent_again_and_again_takes_effect_once() {
        List<String> orders = names("twice", 30);
        orders.forEach(order -> send(order, 1));
        orders.forEach(order -> send(order, 1));
        awaitAcknowledged();
        orders.forEach(order -> send(order, 1));
        awaitAcknowledged();

        assertThat(effects("twice")).containsExactlyInAnyOrderElementsOf(versions(orders, 1));
    }

    @Test
    void nothing_is_acknowledged_before_its_effect_is_durable() throws SQLException {
        List<String> orders = names("held", 25);
        try (Connection lock = tables.lock(effects.lastTable())) {
            orders.forEach(order -> send(order, 1));
            source.flush();
            awaitWaiting();
            Pipeline.await().during(HELD).until(() -> source.unacknowledged() == orders.size());
        }
        awaitAcknowledged();

        assertThat(effects("held")).containsExactlyInAnyOrderElementsOf(versions(orders, 1));
    }

    @Test
    void the_messages_of_a_key_take_effect_in_order() {
        List<String> orders = names("rising", 4);
        for (int version = 1; version <= 50; version++) {
            for (String order : orders) {
                send(order, version);
            }
        }
        awaitAcknowledged();

        for (String order : orders) {
            assertThat(effects(order)).isEqualTo(versions(List.of(order), 50));
        }
    }

    @Test
    void an_invalid_message_is_a_dead_letter_and_its_neighbours_take_effect() {
        List<String> orders = names("neighbour", 20);
        orders.subList(0, 10).forEach(order -> send(order, 1));
        source.send("neighbour-0", "broken", "{\"order_id\":");
        source.send(
                "neighbour-0", "wrong", Orders.json("neighbour-0", 2).replace("\"version\":2", "\"version\":\"two\""));
        orders.subList(10, 20).forEach(order -> send(order, 1));
        awaitAcknowledged();

        assertThat(effects("neighbour")).containsExactlyInAnyOrderElementsOf(versions(orders, 1));
        assertThat(tables.texts(DEAD_LETTERS + " where headers ->> 'message-id' in ('broken', 'wrong') order by 1"))
                .satisfiesExactly(
                        broken -> assertThat(broken).matches("broken .*-validate broken JSON"),
                        wrong -> assertThat(wrong).matches("wrong .*-validate schema: \\$\\.version type"));
    }

    @Test
    void while_the_sink_fails_all_is_held_and_then_takes_effect() {
        List<String> orders = names("outage", 30);
        effects.breakDown();
        try {
            orders.forEach(order -> send(order, 1));
            source.flush();
            Pipeline.await().untilAsserted(() -> assertThat(written.reasons()).containsAll(effects.reasons()));
            assertThat(source.unacknowledged()).isEqualTo(orders.size());
        } finally {
            effects.restore();
        }
        awaitAcknowledged();

        assertThat(effects("outage")).containsExactlyInAnyOrderElementsOf(versions(orders, 1));
        assertThat(tables.texts(DEAD_LETTERS + " where headers ->> 'message-id' like 'outage%'"))
                .isEmpty();
    }

    /** What is in flight then takes effect, once; what is sent afterwards too, without a restart. */
    @Test
    void a_source_that_disappears_and_returns_costs_nothing() throws SQLException {
        List<String> before = names("gone", 25);
        List<String> after = names("returned", 25);
        try (Connection lock = tables.lock(effects.lastTable())) {
            before.forEach(order -> send(order, 1));
            source.flush();
            Pipeline.await().until(() -> inFlight() == before.size());
            awaitWaiting();
            source.disappear();
        }
        Pipeline.await().until(() -> effects("gone").size() == before.size());
        source.comeBack();
        after.forEach(order -> send(order, 1));
        awaitAcknowledged();

        assertThat(effects("gone")).containsExactlyInAnyOrderElementsOf(versions(before, 1));
        assertThat(effects("returned")).containsExactlyInAnyOrderElementsOf(versions(after, 1));
    }

    @Test
    void a_stop_acknowledges_what_it_has_written_and_the_next_start_does_the_rest() {
        List<String> orders = names("stop", 40);
        orders.forEach(order -> IntStream.rangeClosed(1, 10).forEach(version -> send(order, version)));
        source.flush();
        Pipeline.await().pollInterval(Duration.ofMillis(5)).until(() -> !effects("stop")
                .isEmpty());
        headgate.close();
        try {
            assertThat(effects("stop").size() + source.unacknowledged()).isEqualTo(orders.size() * 10L);
        } finally {
            run();
        }
        awaitAcknowledged();

        assertThat(effects("stop")).containsExactlyInAnyOrderElementsOf(versions(orders, 10));
    }

    private void run() {
        Map<String, String> properties = new HashMap<>(tables.properties());
        properties.putAll(source.properties());
        properties.putAll(effects.properties());
        properties.putAll(QUICK);
        Settings settings = Settings.load(routes, null, Map.of()).with(properties, "the test");
        headgate = Headgate.start(settings, routes, Map.of("written", written));
    }

    private void send(String order, int version) {
        source.send(order, order + "-" + version, Orders.json(order, version));
    }

    private void awaitAcknowledged() {
        source.flush();
        Pipeline.await().until(() -> source.unacknowledged() == 0);
    }

    /** Until a batch waits for its last table. */
    private void awaitWaiting() {
        Pipeline.await()
                .until(() -> tables.count("select count(*) from pg_stat_activity where datname = current_database()"
                                + " and wait_event_type = 'Lock' and query like 'insert into "
                                + effects.lastTable() + "%'")
                        > 0);
    }

    private long inFlight() {
        return headgate.camelContext()
                .getRegistry()
                .lookupByNameAndType("inflightLimit", InflightLimit.class)
                .messages();
    }

    /** Those of orders whose names begin so. */
    private List<String> effects(String prefix) {
        return effects.all().stream()
                .filter(effect -> effect.startsWith(prefix + "-"))
                .toList();
    }

    private static List<String> names(String prefix, int orders) {
        return IntStream.range(0, orders)
                .mapToObj(order -> prefix + "-" + order)
                .toList();
    }

    private static List<String> versions(List<String> orders, int versions) {
        List<String> all = new ArrayList<>();
        for (String order : orders) {
            IntStream.rangeClosed(1, versions).forEach(version -> all.add(order + "-" + version));
        }
        return all;
    }
}

package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An outage, and what is one until proven otherwise: nothing is refused, those who listen hear of it, and it goes on. */
class BatchHoldingIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String FAST = "&linger=60000&backoffBase=1&backoffCap=20";

    @Test
    void a_batch_of_which_most_is_refused_for_one_reason_is_held_and_then_written_whole() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=2000" + FAST, null)) {
            routes.step = batch -> {
                if (routes.told.isEmpty()) {
                    throw new SQLException("null value in column \"new\"", "23502");
                }
                assertThat(routes.written.isEmpty()).isEqualTo(routes.acknowledged.isEmpty());
            };
            names(2000).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 2000);
            assertThat(routes.told.get(0))
                    .matches("(?s)held b \\[source]: (\\d+) of \\1 messages.*")
                    .contains("SQLSTATE 23502")
                    .contains("maxRejected");
            assertThat(routes.payloads()).isEqualTo(names(2000));
            assertThat(routes.rejected).isEmpty();
            assertThat(routes.failed).isEmpty();
            await().untilAsserted(
                            () -> assertThat(routes.told).hasSize(2).last().isEqualTo("released b"));
        }
    }

    @RepeatedTest(10)
    void whenever_a_fault_ends_nothing_good_is_refused_and_keys_keep_their_order() throws Exception {
        Random random = seeded();
        int faulty = 1 + random.nextInt(600);
        Set<String> bad = Set.of("m3", "m200", "m777", "m1500", "m1999");
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=2000" + FAST, null)) {
            AtomicInteger attempts = new AtomicInteger();
            routes.step = batch -> {
                if (attempts.incrementAndGet() <= faulty) {
                    throw new SQLException("null value in column \"new\"", "23502");
                }
                refuse(batch, bad::contains);
            };
            List<String> names = names(2000);
            Map<String, List<String>> sent = new HashMap<>();
            names.forEach(name -> {
                String key = "k" + random.nextInt(150);
                routes.send(key, name);
                if (!bad.contains(name)) {
                    sent.computeIfAbsent(key, k -> new ArrayList<>()).add(name);
                }
            });
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 2000);
            assertThat(routes.rejected).extracting(BatchRoutes::payload).containsExactlyInAnyOrderElementsOf(bad);
            List<String> payloads = routes.payloads();
            assertThat(payloads).hasSize(1995);
            sent.forEach((key, mine) -> assertThat(payloads).containsSubsequence(mine));
        }
    }

    @RepeatedTest(5)
    void a_key_that_was_overtaken_while_a_fault_ended_is_never_written_late() throws Exception {
        Random random = seeded();
        int faulty = 1 + random.nextInt(600);
        try (BatchRoutes routes =
                new BatchRoutes("lanes=1&maxSize=1000&linger=60000&backoffBase=1&backoffCap=2", null)) {
            AtomicInteger attempts = new AtomicInteger();
            routes.step = batch -> {
                if (attempts.incrementAndGet() <= faulty) {
                    throw new SQLException("null value in column \"new\"", "23502");
                }
            };
            List<String> names = names(1000);
            names.forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 1000);
            List<String> refused =
                    routes.rejected.stream().map(BatchRoutes::payload).toList();
            assertThat(refused).hasSizeLessThanOrEqualTo(500);
            List<String> rest = new ArrayList<>(names);
            rest.removeAll(refused);
            assertThat(routes.payloads()).isEqualTo(rest);
        }
    }

    @Test
    void not_quite_half_are_isolated_and_more_are_held_until_they_are_let_through() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=100" + FAST, null)) {
            routes.step = batch -> refuse(batch, payload -> payload.startsWith("bad"));
            send(routes, 49, 51);
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 100);
            assertThat(routes.rejected).hasSize(49);
            assertThat(routes.told).isEmpty();

            send(routes, 53, 47);
            await().atMost(LONG).until(() -> !routes.told.isEmpty());
            // Its good messages are written all the same.
            await().atMost(LONG).until(() -> routes.acknowledged.size() > 100);
            await().during(Duration.ofMillis(300)).until(() -> routes.rejected.size() == 49);

            routes.consumer().getEndpoint().getConfiguration().setMaxRejected(1);
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 200);
            assertThat(routes.rejected).hasSize(102);
            assertThat(routes.failed).isEmpty();
        }
    }

    @Test
    void what_was_overtaken_while_a_batch_is_held_stays_refused_when_its_fault_ends() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=100" + FAST, null)) {
            routes.step = batch -> {
                if (routes.told.isEmpty()) {
                    refuse(batch, payload -> payload.startsWith("bad"));
                }
            };
            send(routes, 51, 49);
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 100);
            assertThat(routes.told).hasSize(2);
            assertThat(routes.rejected)
                    .as("all but those behind the last good one")
                    .hasSize(48);
            assertThat(routes.payloads()).endsWith("good48", "bad48", "bad49", "bad50");
        }
    }

    @Test
    void what_a_step_refuses_is_no_fault_of_the_sink_and_never_holds() throws Exception {
        RouteBuilder refusing = new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(deadLetterChannel("batch:b?deadLetter=true").deadLetterHandleNewException(false));
                from("direct:refusing")
                        .routeId("refusing")
                        .process(exchange -> {
                            throw new RejectedException("broken JSON", "garbage");
                        })
                        .to("batch:b");
            }
        };
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=60" + FAST, refusing)) {
            names(60).forEach(name -> routes.send("direct:refusing", "k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 60);
            assertThat(routes.rejected).hasSize(60);
            assertThat(routes.told).isEmpty();
        }
    }

    @Test
    void what_a_step_of_the_batch_refuses_by_itself_never_holds_either() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=60" + FAST, null)) {
            routes.step = batch -> {
                if (batch.rejected().isEmpty()) {
                    throw new RejectedException("broken JSON", "garbage");
                }
            };
            names(60).forEach(name -> routes.send(name, name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 60);
            assertThat(routes.rejected).hasSize(60);
            assertThat(routes.told).isEmpty();
        }
    }

    @Test
    void garbage_that_only_the_database_knows_to_be_none_of_json_never_holds() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=60" + FAST, null)) {
            routes.step = batch -> {
                if (batch.rejected().isEmpty()) {
                    throw new SQLException("invalid input syntax for type json", "22P02");
                }
            };
            for (int i = 0; i < 60; i++) {
                routes.send("k" + i, "garbage");
            }
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 60);
            assertThat(routes.rejected).hasSize(60);
            assertThat(routes.told).isEmpty();
        }
    }

    @Test
    void many_bad_ones_of_one_key_do_not_hold_those_of_others() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=100" + FAST, null)) {
            routes.step = batch -> refuse(batch, payload -> payload.startsWith("bad"));
            for (int i = 0; i < 100; i++) {
                routes.send(i < 90 ? "bad key" : "k" + i, (i < 90 ? "bad" : "good") + i);
            }
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 100);
            assertThat(routes.rejected).hasSize(90);
            assertThat(routes.told).isEmpty();
        }
    }

    /** With a state that may be the sink's fault too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bad_ones_do_not_hold_their_key_for_ever_where_there_is_no_other(boolean takesBack) throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=12" + FAST, null, takesBack)) {
            routes.step = batch -> {
                for (Message message : batch.messages()) {
                    if (message.rejection() == null
                            && BatchRoutes.payload(message).startsWith("bad")) {
                        throw new SQLException("permission denied", "42501");
                    }
                }
            };
            List<String> good = new ArrayList<>();
            for (int i = 0; i < 6; i += 2) {
                routes.send("k", "bad" + i);
                routes.send("k", "bad" + (i + 1));
                routes.send("k", "good" + i);
                routes.send("k", "good" + (i + 1));
                good.addAll(List.of("good" + i, "good" + (i + 1)));
            }
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 12);
            assertThat(routes.rejected)
                    .extracting(BatchRoutes::payload)
                    .containsExactly("bad0", "bad1", "bad2", "bad3", "bad4", "bad5");
            assertThat(routes.payloads()).containsSubsequence(good);
        }
    }

    @Test
    void a_fault_of_the_sink_that_refuses_a_whole_key_refuses_at_most_those_that_were_tried_when_it_ended()
            throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=50" + FAST, null)) {
            AtomicInteger attempts = new AtomicInteger();
            routes.step = batch -> {
                if (attempts.incrementAndGet() <= 300) {
                    throw new SQLException("permission denied", "42501");
                }
            };
            names(50).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 50);
            List<String> rest = new ArrayList<>(names(50));
            rest.removeAll(routes.rejected.stream().map(BatchRoutes::payload).toList());
            assertThat(routes.rejected).hasSizeLessThanOrEqualTo(RefusalWindow.ALWAYS_ISOLATED);
            assertThat(routes.payloads()).isEqualTo(rest);
        }
    }

    /** Of one key, so that only its later messages can tell whose fault it is. */
    @ParameterizedTest
    @CsvSource({"42501,m1", "42501,m7", "23502,m1", "23502,m7"})
    void a_fault_that_ends_between_two_messages_of_a_key_makes_no_good_one_a_dead_letter(String state, String later)
            throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=50" + FAST, null, true)) {
            List<String> bad = List.of("m0", "m3");
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger alone = new AtomicInteger();
            routes.step = batch -> {
                List<String> tried = BatchRoutes.payloads(batch);
                if (tried.equals(List.of("m0"))) {
                    alone.incrementAndGet();
                } else if (alone.get() > 0 && tried.contains(later) && !tried.contains("m0")) {
                    // A later one is tried without it: the fault ends just now.
                    over.set(true);
                }
                if (!over.get()) {
                    throw new SQLException("refused", state);
                }
                refuse(batch, bad::contains);
            };
            names(50).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 50);
            assertThat(routes.rejected).extracting(BatchRoutes::payload).containsExactlyElementsOf(bad);
            List<String> good = new ArrayList<>(names(50));
            good.removeAll(bad);
            assertThat(routes.payloads()).containsExactlyElementsOf(good);
        }
    }

    /** As at 2,000 a second: the evidence is the same. */
    @Test
    void a_fault_that_refuses_one_message_after_the_other_holds_and_refuses_none_of_them() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=2000&linger=1&backoffBase=1&backoffCap=20", null)) {
            routes.send("k", "before");
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 1);
            routes.step = batch -> {
                throw new SQLException("null value in column \"new\"", "23502");
            };
            for (int i = 0; i < 30; i++) {
                routes.send("k" + i, "m" + i);
                int sent = i;
                await().atMost(LONG).until(() -> routes.consumer().getPendingExchangesSize() == sent + 1);
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            }
            await().atMost(LONG).until(() -> !routes.told.isEmpty());
            assertThat(routes.told.get(0)).startsWith("held b [source]: ").contains("SQLSTATE 23502");
            assertThat(routes.acknowledged).containsExactly("before");

            routes.step = batch -> {};
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 31);
            assertThat(routes.rejected).isEmpty();
            await().untilAsserted(() -> assertThat(routes.told).last().isEqualTo("released b"));
        }
    }

    @Test
    void an_outage_is_told_once_whatever_the_lanes_and_is_visible_in_jmx() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=4&maxSize=10&linger=1&backoffBase=1&backoffCap=5", null)) {
            routes.step = batch -> {
                throw new ConnectException("the database is down");
            };
            for (int i = 0; i < 400; i++) {
                routes.send("k" + i, "m" + i);
            }
            await().atMost(LONG).until(() -> (int) attribute(routes, "ActiveLanes") == 1);
            assertThat((int) attribute(routes, "SizeLimit")).isEqualTo(1);
            assertThat((int) attribute(routes, "PendingMessages")).isEqualTo(400);
            assertThat((String) attribute(routes, "Holding")).contains("the database is down", ", since 20");
            assertThat(routes.told)
                    .singleElement()
                    .asString()
                    .startsWith("held b [source]: ConnectException: the database is down, step process");

            routes.step = batch -> {};
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 400);
            await().atMost(LONG).until(() -> attribute(routes, "Holding").equals(""));
            assertThat(routes.told).hasSize(2).last().isEqualTo("released b");
            assertThat((int) attribute(routes, "SizeLimit")).as("grows back").isGreaterThan(1);
        }
    }

    @Test
    void each_other_reason_is_told() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&backoffBase=1&backoffCap=5", null)) {
            routes.step = batch -> {
                throw new SQLException("column a does not exist", "42703");
            };
            routes.send("k", "m");
            await().atMost(LONG).until(() -> routes.told.size() == 1);
            routes.step = batch -> {
                throw new SQLException("column b does not exist", "42703");
            };
            await().atMost(LONG).until(() -> routes.told.size() == 2);
            assertThat(routes.told.get(1)).contains("column b does not exist");
            assertThat((String) attribute(routes, "Holding")).contains("column b does not exist");
            routes.step = batch -> {};
            await().atMost(LONG).until(() -> routes.told.size() == 3);
        }
    }

    @Test
    void a_batch_that_is_written_in_part_is_held_still() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=64&linger=500&backoffBase=1&backoffCap=2", null)) {
            AtomicInteger attempts = new AtomicInteger();
            routes.step = batch -> {
                // Each part fails several times before it is written.
                if (attempts.incrementAndGet() % 4 != 0) {
                    throw new SQLException("out of memory", "53200");
                }
            };
            names(64).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 64);
            await().atMost(LONG).until(() -> attribute(routes, "Holding").equals(""));
            assertThat(routes.told).hasSize(2).last().isEqualTo("released b");
        }
    }

    @Test
    void slow_writes_shrink_batches_and_fast_ones_let_them_grow_again() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=100&linger=1&latencyTarget=20", null)) {
            routes.step = batch -> java.util.concurrent.locks.LockSupport.parkNanos(25_000_000);
            names(2_000).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> (int) attribute(routes, "SizeLimit") == 5);
            routes.step = batch -> {};
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 2_000);
            assertThat((int) attribute(routes, "SizeLimit")).isGreaterThan(5);
            assertThat(routes.payloads()).isEqualTo(names(2_000));
        }
    }

    private static void refuse(Batch batch, Predicate<String> bad) throws SQLException {
        for (Message message : batch.messages()) {
            if (message.rejection() == null && bad.test(BatchRoutes.payload(message))) {
                throw new SQLException("refused", "23514");
            }
        }
    }

    private static void send(BatchRoutes routes, int bad, int good) {
        for (int i = 0; i < Math.max(bad, good); i++) {
            if (i < good) {
                routes.send("k", "good" + i);
            }
            if (i < bad) {
                routes.send("k", "bad" + i);
            }
        }
    }

    private static Object attribute(BatchRoutes routes, String name) throws Exception {
        MBeanServer server =
                routes.context.getManagementStrategy().getManagementAgent().getMBeanServer();
        return server.getAttribute(
                new ObjectName("org.apache.camel:context=" + routes.context.getManagementName()
                        + ",type=services,name=\"batch:b\""),
                name);
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        return new Random(seed);
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }
}

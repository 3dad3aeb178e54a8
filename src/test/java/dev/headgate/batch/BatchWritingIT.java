package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import dev.headgate.message.SourcePosition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a batch that succeeds, meets an outage, or holds what can never be written. */
class BatchWritingIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void completions_run_after_the_route_has_succeeded_last_in_first_out() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&linger=1", null)) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch commit = new CountDownLatch(1);
            routes.step = batch -> {
                entered.countDown();
                assertThat(commit.await(30, TimeUnit.SECONDS)).isTrue();
            };
            List<String> ran = Collections.synchronizedList(new ArrayList<>());
            routes.context.createProducerTemplate().send("direct:in", exchange -> {
                exchange.getMessage().setBody(new byte[1]);
                new SourcePosition.Unknown("m").enter(exchange, completion(() -> ran.add("acknowledge")));
                exchange.getExchangeExtension().addOnCompletion(completion(() -> {
                    ran.add("confirm");
                    throw new IllegalStateException("a completion that fails");
                }));
            });
            assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ran).isEmpty();
            commit.countDown();
            await().untilAsserted(() -> assertThat(ran).containsExactly("confirm", "acknowledge"));
        }
    }

    @Test
    void an_outage_is_retried_with_the_same_messages_until_it_is_over() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=5&linger=500&backoffBase=1&backoffCap=5", null)) {
            List<List<String>> attempts = Collections.synchronizedList(new ArrayList<>());
            routes.step = batch -> {
                attempts.add(BatchRoutes.payloads(batch));
                if (attempts.size() <= 20) {
                    assertThat(routes.acknowledged).isEmpty();
                    throw new SQLException("the server is going down", attempts.size() % 2 == 0 ? "57P01" : "08006");
                }
            };
            for (int i = 0; i < 10; i++) {
                routes.send("k", "m" + i);
            }
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 10);
            assertThat(attempts.get(0)).isEqualTo(names(5));
            assertThat(attempts.subList(0, 21))
                    .allMatch(tried -> names(5).subList(0, tried.size()).equals(tried));
            assertThat(attempts.get(20)).as("smaller at the end of the outage").hasSize(1);
            assertThat(routes.payloads()).isEqualTo(names(10));
            assertThat(routes.rejected).isEmpty();
            assertThat(routes.failed).isEmpty();
        }
    }

    @Test
    void a_few_rejected_among_many_are_found_in_few_attempts() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=2000&linger=60000", null)) {
            Set<String> bad = Set.of("m0", "m777", "m1999");
            AtomicInteger attempts = new AtomicInteger();
            routes.step = batch -> {
                attempts.incrementAndGet();
                for (Message message : batch.messages()) {
                    if (message.rejection() == null && bad.contains(BatchRoutes.payload(message))) {
                        throw new SQLException("integer out of range", "22003");
                    }
                }
            };
            names(2000).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 2000);
            assertThat(attempts).hasValueLessThanOrEqualTo(70);
            List<String> good = new ArrayList<>(names(2000));
            good.removeAll(bad);
            assertThat(routes.payloads()).isEqualTo(good);
            assertThat(routes.rejected).extracting(BatchRoutes::payload).containsExactly("m0", "m777", "m1999");
            assertThat(routes.rejected).extracting(Message::rejection).allSatisfy(rejection -> {
                assertThat(rejection.stage()).isEqualTo("b");
                assertThat(rejection.reason()).isEqualTo("SQLSTATE 22003");
                assertThat(rejection.error())
                        .matches("integer out of range \\(refused (once|\\d+ times) in \\d+\\.\\d s, while \\d+ other"
                                + " messages passed\\)");
            });
            assertThat(routes.failed).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 200, 2000})
    void three_rejected_among_2000_cost_at_most_70_writes_wherever_they_are(int keys) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=2000&linger=60000", null)) {
            for (int round = 1; round <= 20; round++) {
                Set<String> bad = random.ints(0, 2000)
                        .distinct()
                        .limit(3)
                        .mapToObj(i -> "m" + i)
                        .collect(Collectors.toSet());
                AtomicInteger attempts = new AtomicInteger();
                routes.step = batch -> {
                    attempts.incrementAndGet();
                    for (Message message : batch.messages()) {
                        if (message.rejection() == null && bad.contains(BatchRoutes.payload(message))) {
                            throw new SQLException("integer out of range", "22003");
                        }
                    }
                };
                for (int i = 0; i < 2000; i++) {
                    routes.send("k" + i % keys, "m" + i);
                }
                int all = round * 2000;
                await().atMost(LONG).until(() -> routes.acknowledged.size() == all);
                assertThat(attempts).as("with " + bad).hasValueLessThanOrEqualTo(70);
                assertThat(routes.rejected).hasSize(3 * round);
            }
        }
    }

    @Test
    void an_outage_while_a_rejected_message_is_looked_for_rejects_nothing_else() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=64&linger=60000&backoffBase=1&backoffCap=2", null)) {
            long seed = System.nanoTime();
            System.out.println("seed " + seed);
            Random random = new Random(seed);
            routes.step = batch -> {
                if (random.nextInt(3) == 0) {
                    throw new SQLException("too many connections", "53300");
                }
                if (BatchRoutes.payloads(batch).contains("m40")
                        && batch.rejected().isEmpty()) {
                    throw new RejectedException("no", "never");
                }
            };
            names(64).forEach(name -> routes.send("k", name));
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 64);
            assertThat(routes.rejected).extracting(BatchRoutes::payload).containsExactly("m40");
            assertThat(routes.payloads()).hasSize(63).isSubsetOf(names(64));
        }
    }

    @Test
    void messages_of_one_key_stay_in_order_over_lanes_and_outages() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (BatchRoutes routes = new BatchRoutes("lanes=4&maxSize=50&linger=5&backoffBase=1&backoffCap=5", null)) {
            Random faults = new Random(seed + 1);
            routes.step = batch -> {
                synchronized (faults) {
                    if (faults.nextInt(5) == 0) {
                        throw new SQLException("deadlock", "40P01");
                    }
                }
            };
            Map<String, Integer> sent = new HashMap<>();
            for (int i = 0; i < 5000; i++) {
                String key = "k" + random.nextInt(20);
                routes.send(key, key + ":" + sent.merge(key, 1, Integer::sum));
            }
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 5000);
            Map<String, Integer> seen = new HashMap<>();
            for (String payload : routes.payloads()) {
                String key = payload.substring(0, payload.indexOf(':'));
                assertThat(payload).isEqualTo(key + ":" + seen.merge(key, 1, Integer::sum));
            }
            assertThat(seen).isEqualTo(sent);
            assertThat(routes.written)
                    .extracting(BatchRoutes.Written::thread)
                    .doesNotContainNull()
                    .hasSizeGreaterThan(1);
            assertThat(Set.copyOf(routes.written.stream()
                            .map(BatchRoutes.Written::thread)
                            .toList()))
                    .hasSize(4);
        }
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }

    private static Synchronization completion(Runnable run) {
        return new Synchronization() {
            @Override
            public void onComplete(Exchange exchange) {
                run.run();
            }

            @Override
            public void onFailure(Exchange exchange) {
                throw new AssertionError("must not fail");
            }
        };
    }
}

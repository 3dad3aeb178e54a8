package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.batch.BatchListener;
import dev.headgate.batch.Held;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Promises 6 and 7 where Postgres refuses: a few bad messages are found cheaply, most of a batch is an outage. */
class IsolationIT {

    private static final Map<String, String> ONE_BATCH = Map.of(
            "camel.component.batch.max-size", "2000",
            "camel.component.batch.linger", "20s",
            "camel.component.batch.lanes", "1");
    private static final Set<Integer> BAD = Set.of(17, 1_000, 1_999);

    /** Counts statements, also those that are rolled back: a sequence is not. */
    private static final String COUNT_STATEMENTS = """
            create sequence %1$s_statements minvalue 0 start 0;
            select nextval('%1$s_statements');
            create function count_%1$s() returns trigger language plpgsql as
              $$ begin perform nextval('public.%1$s_statements'); return null; end $$;
            create trigger count_statements before insert on %2$s for each statement execute function count_%1$s();
            """;

    @Test
    void three_refused_of_2000_cost_at_most_six_writes_and_claim_their_keys_twice() {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            for (String table : List.of("orders", "headgate.ledger", "headgate.outbox")) {
                pipeline.execute(COUNT_STATEMENTS.formatted(table.replace("headgate.", ""), table));
            }
            for (int i = 0; i < 2_000; i++) {
                // Beyond what the column can hold, which the schema does not know.
                String json = Orders.json("order-" + i, 1)
                        .replace("\"version\":1", BAD.contains(i) ? "\"version\":3000000000" : "\"version\":1");
                pipeline.send("order-" + i, "id-" + i, json.getBytes(StandardCharsets.UTF_8));
            }
            pipeline.flush();
            pipeline.start(ONE_BATCH, Map.of());

            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2_000));
            long state = pipeline.count("select last_value from orders_statements");
            long ledger = pipeline.count("select last_value from ledger_statements");
            long outbox = pipeline.count("select last_value from outbox_statements");
            System.err.printf("Statements: %d state, %d ledger, %d outbox%n", state, ledger, outbox);
            assertThat(state).as("writes").isLessThanOrEqualTo(6);
            // The first attempt, and those after it together.
            assertThat(ledger).as("claims").isEqualTo(2);
            assertThat(pipeline.count("select count(*) from headgate.ledger")).isEqualTo(1_997);
            assertThat(pipeline.count("select count(*) from orders")).isEqualTo(1_997);
            assertThat(pipeline.count("select count(*) from headgate.outbox")).isEqualTo(1_997);
            assertThat(
                            pipeline.texts(
                                    "select key || ' ' || reason || ' ' || stage || ' ' || state from headgate.dead_letter order by id"))
                    .containsExactlyElementsOf(BAD.stream()
                            .sorted()
                            .map(i -> "order-" + i + " SQLSTATE 22003 orders dead")
                            .toList());
        }
    }

    @Test
    void a_new_constraint_that_refuses_everything_holds_the_flow_until_it_is_gone() {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        BatchListener listener = new BatchListener() {
            @Override
            public void holding(Held held) {
                told.add(held.batch() + " " + held.pipelines() + " " + held.why());
            }

            @Override
            public void released(String name) {
                told.add("released " + name);
            }
        };
        Load load = new Load(System.nanoTime(), 500, 0);
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            pipeline.execute("alter table orders add column region text not null");
            load.send(pipeline, 3_000);
            pipeline.flush();
            pipeline.start(ONE_BATCH, Map.of("told", listener));

            Pipeline.await().until(() -> !told.isEmpty());
            // The later messages of each order wait behind its first.
            assertThat(told.get(0)).matches("orders \\[orders] (\\d+) of \\1 messages are refused.*SQLSTATE 23502.*");
            Pipeline.await()
                    .during(java.time.Duration.ofSeconds(3))
                    .until(() -> pipeline.count(
                                    "select (select count(*) from headgate.ledger) + (select count(*) from headgate.dead_letter)")
                            == 0);
            assertThat(pipeline.committed()).isZero();

            pipeline.execute("alter table orders drop column region");
            Account.reconciles(pipeline, load);
            // Told again with each other number, and released once.
            assertThat(told).last().isEqualTo("released orders");
            assertThat(told.subList(0, told.size() - 1))
                    .allMatch(why ->
                            why.matches("orders \\[orders] (\\d+) of \\1 messages are refused.*SQLSTATE 23502.*"));
        }
    }

    @Test
    void bad_ones_scattered_over_lanes_end_as_dead_letters_and_all_others_are_applied_in_order() {
        try (Pipeline pipeline = new Pipeline(4)) {
            List<Integer> bad =
                    IntStream.range(0, 4_000).filter(i -> i % 97 == 0).boxed().toList();
            for (int i = 0; i < 4_000; i++) {
                boolean isBad = i % 97 == 0;
                String json = Orders.json("order-" + i % 100, i + 1).replace("12.50", isBad ? "1e200000" : "12.50");
                pipeline.send("order-" + i % 100, "id-" + i, json.getBytes(StandardCharsets.UTF_8));
            }
            pipeline.flush();
            pipeline.start();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(4_000));
            assertThat(pipeline.count("select count(*) from headgate.dead_letter"))
                    .isEqualTo(bad.size());
            assertThat(pipeline.count("select count(*) from headgate.ledger")).isEqualTo(4_000 - bad.size());
            assertThat(pipeline.count(
                            "select count(*) from (select key, (convert_from(payload, 'UTF8')::json->>'version')::int as version,"
                                    + " lag((convert_from(payload, 'UTF8')::json->>'version')::int) over (partition by key order by id) as before"
                                    + " from headgate.outbox) entry where before > version"))
                    .as("out of order")
                    .isZero();
        }
    }
}

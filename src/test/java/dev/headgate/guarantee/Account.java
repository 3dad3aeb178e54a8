package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What must hold after any fault, once all that was sent is acknowledged and relayed. */
final class Account {

    private static final String LEDGER = "select key from headgate.ledger";
    private static final String ORDERS = "select order_id || ' ' || version from orders";
    private static final String OUTBOX = """
            select i.id || '-' || o.id || ' ' || key || ' ' || (convert_from(payload, 'UTF8')::json ->> 'version')
            from headgate.outbox o, headgate.installation i order by o.id
            """;
    private static final String PENDING = "select count(*) from headgate.outbox where delivered_at is null";
    private static final String DEAD_LETTERS =
            "select source || ' ' || stage || ' ' || reason || ' ' || error from headgate.dead_letter";

    /** An entry of the outbox, and what was relayed as it. */
    private record Entry(String id, String order, int version) {}

    private final Pipeline pipeline;
    private final Load load;

    private Account(Pipeline pipeline, Load load) {
        this.pipeline = pipeline;
        this.load = load;
    }

    /** Waits until all is acknowledged and relayed, then checks every message of the load. */
    static void reconciles(Pipeline pipeline, Load load) {
        pipeline.flush();
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(load.sent()));
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.count(PENDING)).isZero());
        Account account = new Account(pipeline, load);
        account.everyMessageTookEffectOnce();
        account.everyEntryWasRelayedInOrder();
    }

    private void everyMessageTookEffectOnce() {
        assertThat(pipeline.texts(DEAD_LETTERS)).as("dead letters").isEmpty();
        same("ledger", pipeline.texts(LEDGER), load.ids());
        List<String> orders = load.versions().entrySet().stream()
                .map(order -> order.getKey() + " " + order.getValue())
                .toList();
        same("orders", pipeline.texts(ORDERS), orders);
        Map<String, List<Integer>> versions = new HashMap<>();
        entries().forEach(entry -> versions.computeIfAbsent(entry.order, order -> new ArrayList<>())
                .add(entry.version));
        Map<String, List<Integer>> rising = new HashMap<>();
        load.versions()
                .forEach((order, last) ->
                        rising.put(order, IntStream.rangeClosed(1, last).boxed().toList()));
        List<String> wrong = rising.keySet().stream()
                .filter(order -> !rising.get(order).equals(versions.get(order)))
                .map(order -> order + " has " + versions.get(order))
                .toList();
        assertThat(wrong).as("orders whose outbox entries are not 1, 2, 3 ...").isEmpty();
        assertThat(versions).as("orders in the outbox").hasSameSizeAs(rising);
    }

    private void everyEntryWasRelayedInOrder() {
        Map<String, Entry> relayed = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : pipeline.applied()) {
            String id = new String(record.headers().lastHeader("message-id").value(), StandardCharsets.UTF_8);
            String json = new String(record.value(), StandardCharsets.UTF_8);
            int version = Integer.parseInt(json.replaceFirst(".*\"version\" ?: ?(\\d+).*", "$1"));
            Entry entry = new Entry(id, record.key(), version);
            Entry before = relayed.putIfAbsent(id, entry);
            assertThat(before == null || before.equals(entry))
                    .as("what was relayed as %s: %s and %s", id, before, entry)
                    .isTrue();
        }
        // Partitions are read one beside the other, so only the order within a key means something.
        assertThat(byOrder(List.copyOf(relayed.values())).equals(byOrder(entries())))
                .as("each entry of the outbox was relayed, the first time in order of its key")
                .isTrue();
    }

    private List<Entry> entries() {
        return pipeline.texts(OUTBOX).stream()
                .map(row -> row.split(" "))
                .map(row -> new Entry(row[0], row[1], Integer.parseInt(row[2])))
                .toList();
    }

    private static Map<String, List<Entry>> byOrder(List<Entry> entries) {
        return entries.stream().collect(Collectors.groupingBy(Entry::order));
    }

    /** AssertJ compares unordered lists of this length too slowly, and prints all of them. */
    private static void same(String what, List<String> actual, List<String> expected) {
        List<String> missing = minus(expected, actual);
        List<String> unexpected = minus(actual, expected);
        assertThat(missing).as("%s: missing", what).isEmpty();
        assertThat(unexpected).as("%s: more than expected", what).isEmpty();
    }

    private static List<String> minus(List<String> from, List<String> what) {
        Map<String, Integer> counts = new HashMap<>();
        from.forEach(element -> counts.merge(element, 1, Integer::sum));
        what.forEach(element -> counts.merge(element, -1, Integer::sum));
        return counts.entrySet().stream()
                .filter(element -> element.getValue() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }
}

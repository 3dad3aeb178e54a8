package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.FileSystemUtils;

/**
 * The promises do not hang on a line of YAML: the shipped pipeline with lines left out, all variants side by side in one
 * process that is killed in the flow, over a load of which 1 row in 500 makes the state's SQL fail.
 */
class BoundaryIT {

    private static final int MESSAGES = 6_000;
    private static final String BAD = "hashtext(order_id) % 500 = 0";

    /**
     * A pipeline of its own, made of the shipped one.
     *
     * @param id of its routes, its batch and its tables
     */
    record Variant(String id, String what, UnaryOperator<String> change) {

        @Override
        public String toString() {
            return what;
        }

        String yaml(String shipped) {
            String changed = change.apply(shipped);
            if (!what.equals("as shipped")) {
                assertThat(changed).as("%s changes the shipped YAML", what).isNotEqualTo(shipped);
            }
            return changed.replace("id: orders\n", "id: " + id + "\n")
                    .replaceAll("id: orders-(\\S+)", "id: " + id + "-$1")
                    .replace("batch:orders", "batch:" + id)
                    .replace("{{orders.group}}", "{{orders.group}}-" + id)
                    .replaceAll("/sql/orders-", "/sql/" + id + "-");
        }

        /** Without the step and what is indented below it. */
        private static String without(String yaml, String step) {
            StringBuilder kept = new StringBuilder();
            int dropped = -1;
            for (String line : yaml.lines().toList()) {
                int indent = line.length() - line.stripLeading().length();
                if (line.strip().startsWith(step)) {
                    dropped = indent;
                } else if (dropped >= 0 && (line.isBlank() || indent <= dropped)) {
                    dropped = -1;
                }
                if (dropped < 0) {
                    kept.append(line).append('\n');
                }
            }
            return kept.toString();
        }

        /** Its steps stay, in its place. */
        private static String withoutIdempotentConsumer(String yaml) {
            int from = yaml.indexOf("        - idempotentConsumer:");
            int steps = yaml.indexOf("            steps:\n", from) + "            steps:\n".length();
            int end = yaml.indexOf("\n\n", steps) + 1;
            return yaml.substring(0, from)
                    + yaml.substring(steps, end).replaceAll("(?m)^ {6}", "")
                    + yaml.substring(end);
        }
    }

    static List<Variant> variants() {
        UnaryOperator<String> noTransacted = yaml -> Variant.without(yaml, "- transacted: {}");
        UnaryOperator<String> noThrottle = yaml -> Variant.without(yaml, "- throttle:");
        return List.of(
                new Variant("v0", "as shipped", yaml -> yaml),
                new Variant("v1", "without transacted", noTransacted),
                new Variant("v2", "without idempotentConsumer", Variant::withoutIdempotentConsumer),
                new Variant("v3", "without throttle", noThrottle),
                new Variant(
                        "v4",
                        "without all of them",
                        yaml -> Variant.withoutIdempotentConsumer(noThrottle.apply(noTransacted.apply(yaml)))),
                new Variant(
                        "v5",
                        "with claim and error handler, as routes were written before batch: did that",
                        yaml -> RoutesFolder.withErrorHandler(yaml.replace(
                                "        - transacted: {}\n",
                                "        - transacted: {}\n        - bean: { ref: ledger, method: claim }\n"))));
    }

    @TempDir
    private static Path folder;

    private static Pipeline pipeline;
    private static Load load;

    @BeforeAll
    static void runKilledInTheFlow() throws IOException {
        long seed = System.nanoTime();
        load = new Load(seed, 3_000, 0.1);
        pipeline = new Pipeline(2);
        pipeline.migrate();
        writeFolder();
        load.send(pipeline, MESSAGES);
        pipeline.flush();
        Map<String, String> overrides = Map.of("camel.component.kafka.session-timeout-ms", "6000");
        try (ChildProcess child = ChildProcess.run(pipeline, folder, overrides)) {
            Pipeline.await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(
                            pipeline.count("select count(*) from headgate.ledger"))
                    .isGreaterThan(MESSAGES));
            assertThat(child.isAlive()).as(child::output).isTrue();
            child.kill();
        }
        assertThat(pipeline.count("select count(*) from headgate.ledger"))
                .as("killed in the flow")
                .isLessThan((long) variants().size() * load.ids().size());
        try (ChildProcess child = ChildProcess.run(pipeline, folder, overrides)) {
            for (Variant variant : variants()) {
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed(pipeline.topic + "-" + variant.id()))
                        .as("%s: %s", variant, child.output())
                        .isEqualTo(load.sent()));
            }
        }
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void ledger_state_outbox_and_dead_letters_reconcile(Variant variant) {
        String id = variant.id();
        Set<String> sent = new TreeSet<>(load.ids());
        Set<String> applied = set("select key from headgate.ledger where pipeline = '%s'".formatted(id));
        Set<String> dead =
                set("select headers ->> 'message-id' from headgate.dead_letter where pipeline = '%s'".formatted(id));
        assertThat(dead).as("some are refused").isNotEmpty();
        assertThat(union(applied, dead))
                .as("each message is applied or a dead letter")
                .isEqualTo(sent);
        assertThat(applied).as("none is both").doesNotContainAnyElementsOf(dead);
        assertThat(pipeline.texts("select order_id || '-' || version from (select convert_from(payload, 'UTF8')::json"
                        + " ->> 'order_id' as order_id, convert_from(payload, 'UTF8')::json ->> 'version' as version"
                        + " from headgate.outbox where destination = '%s-applied') as o".formatted(id)))
                .as("one outbox entry each")
                .doesNotHaveDuplicates()
                .hasSameElementsAs(applied);
        assertThat(set("select order_id || '-' || version from orders_" + id))
                .as("the last version of each order that is not refused")
                .isEqualTo(load.versions().entrySet().stream()
                        .map(order -> order.getKey() + "-" + order.getValue())
                        .filter(applied::contains)
                        .collect(Collectors.toSet()))
                .hasSize(set("select distinct regexp_replace(key, '-[0-9]+$', '') from headgate.ledger where pipeline"
                                + " = '%s'".formatted(id))
                        .size());
        assertThat(pipeline.texts(
                        "select distinct reason from headgate.dead_letter where pipeline = '%s'".formatted(id)))
                .containsExactly("SQLSTATE 22012");
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }

    private static Set<String> set(String query) {
        return new HashSet<>(pipeline.texts(query));
    }

    /** One YAML file and its SQL for each variant; no relay, so that the outbox shows what was written. */
    private static void writeFolder() throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        String shipped = Files.readString(folder.resolve("orders.camel.yaml"));
        String state = Files.readString(folder.resolve("sql/orders-state.sql"))
                .replace("       order_id, version, customer", """
                        order_id, version / (case when %s then 0 else 1 end), customer""".formatted(BAD));
        String outbox = Files.readString(folder.resolve("sql/orders-outbox.sql"));
        String receipts = Files.readString(folder.resolve("sql/orders-receipts.sql"));
        for (Variant variant : variants()) {
            String id = variant.id();
            pipeline.execute("create table orders_%s (like orders including all)".formatted(id));
            Files.writeString(folder.resolve(id + ".camel.yaml"), variant.yaml(shipped));
            Files.writeString(
                    folder.resolve("sql/" + id + "-state.sql"),
                    state.replace("into orders ", "into orders_" + id + " ")
                            .replace("orders.version <=", "orders_" + id + ".version <="));
            Files.writeString(
                    folder.resolve("sql/" + id + "-outbox.sql"),
                    outbox.replace("'orders-applied'", "'" + id + "-applied'"));
            Files.writeString(folder.resolve("sql/" + id + "-receipts.sql"), receipts);
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .toList()) {
                if (!file.getFileName().toString().matches("v\\d+\\.camel\\.yaml")) {
                    Files.delete(file);
                }
            }
        }
    }
}

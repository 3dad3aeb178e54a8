package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.manage.meters.Meters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a scrape says after a load that is known, and in a fault. */
class MetersIT {

    private static final int VALID = 400;
    private static final int INVALID = 7;
    private static final int REPEATED = 30;
    private static final int ALL = VALID + INVALID + REPEATED;
    private static final Set<Meters> OF_SQS = Set.of(Meters.SQS_OLDEST, Meters.SQS_MESSAGES);
    /** Appear with the first failure. */
    private static final Set<Meters> OF_FAILURES = Set.of(Meters.OUTBOX_ERRORS, Meters.JOB_ERRORS);

    @Test
    void after_a_known_load_the_figures_are_those_of_the_load_and_a_fault_shows_until_it_is_over() throws Exception {
        int port = Scrape.freePort();
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.start(
                    Map.of(
                            "camel.management.enabled", "true",
                            "camel.management.port", Integer.toString(port),
                            "headgate.inflight.source.max-messages", "100"),
                    Map.of());
            send(pipeline);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(ALL));

            Pipeline.await().untilAsserted(() -> theLoad(Scrape.of(port), pipeline));

            try (Connection lock = pipeline.lockOrders()) {
                IntStream.range(0, 150).forEach(i -> pipeline.sendOrder("late" + i, "late" + i, 1));
                pipeline.flush();
                Pipeline.await().untilAsserted(() -> fullAndBehind(Scrape.of(port), pipeline));
            }
            Pipeline.await().untilAsserted(() -> assertThat(pausedBy(Scrape.of(port), "inflight"))
                    .isZero());

            pipeline.execute("alter table orders rename to orders_away");
            pipeline.sendOrder("lost", "lost", 1);
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> held(Scrape.of(port)));
            pipeline.execute("alter table orders_away rename to orders");
            Pipeline.await().untilAsserted(() -> {
                Scrape after = Scrape.of(port);
                assertThat(after.value("headgate_batch_held{batch=\"orders\"}")).isZero();
                assertThat(pausedBy(after, "outage")).isZero();
                assertThat(outcome(after, "applied")).isEqualTo(VALID + 150 + 1);
                assertThat(lag(after, pipeline)).isZero();
            });
            everyMeterIsThereAndDocumented(Scrape.of(port));
            asksLittleWhenIdle(pipeline);
            jobs(port, pipeline);
        }
    }

    @Test
    void a_queue_says_how_much_waits_there_and_how_old_it_is() throws Exception {
        int port = Scrape.freePort();
        try (SqsPipeline pipeline = new SqsPipeline()) {
            IntStream.range(0, 30).forEach(i -> pipeline.sendOrder("order" + i, "order" + i, 1));
            try (var headgate = pipeline.start(
                    SqsPipeline.ROUTES,
                    Map.of("camel.management.enabled", "true", "camel.management.port", Integer.toString(port)),
                    Map.of())) {
                try (Connection lock = pipeline.tables.lockOrders()) {
                    Pipeline.await().untilAsserted(() -> {
                        Scrape held = Scrape.of(port);
                        assertThat(held.value("headgate_inflight_messages{pipeline=\"orders-sqs\"}"))
                                .isEqualTo(30);
                        assertThat(queue(held, "in_flight")).isEqualTo(30);
                        assertThat(queue(held, "visible")).isZero();
                    });
                }
                Pipeline.await().untilAsserted(() -> {
                    Scrape done = Scrape.of(port);
                    assertThat(done.value("headgate_freshness_seconds_count{pipeline=\"orders-sqs\"}"))
                            .isEqualTo(30);
                    assertThat(done.value("headgate_freshness_seconds_sum{pipeline=\"orders-sqs\"}"))
                            .isPositive();
                    assertThat(queue(done, "in_flight")).isZero();
                    assertThat(
                                    done.value(
                                            "headgate_stage_duration_seconds_count{pipeline=\"orders-sqs\",stage=\"acknowledge\"}"))
                            .isGreaterThanOrEqualTo(3);
                    assertThat(done.families())
                            .containsAll(OF_SQS.stream().map(Meters::meterName).toList());
                });
            }
        }
    }

    /**
     * Relay, jobs, management and all: 16 a second, 22 once. A session reports its transactions up to a second late, so that
     * those of the load may be counted here: then it is looked again.
     */
    private static void asksLittleWhenIdle(Pipeline pipeline) {
        String transactions =
                "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()";
        Pipeline.await().untilAsserted(() -> {
            long before = pipeline.count(transactions);
            pipeline.count("select count(*) from pg_sleep(8)");
            assertThat((pipeline.count(transactions) - before) / 8.0).isBetween(1.0, 19.0);
        });
    }

    private static void send(Pipeline pipeline) {
        IntStream.range(0, VALID).forEach(i -> pipeline.sendOrder("order" + i, "id" + i, 1));
        byte[] invalid = "{}".getBytes(StandardCharsets.UTF_8);
        IntStream.range(0, INVALID).forEach(i -> pipeline.send("bad" + i, "bad" + i, invalid));
        pipeline.flush();
        IntStream.range(0, REPEATED).forEach(i -> pipeline.sendOrder("order" + i, "id" + i, 1));
        pipeline.flush();
    }

    private static void theLoad(Scrape now, Pipeline pipeline) {
        assertThat(outcome(now, "applied")).isEqualTo(VALID);
        assertThat(outcome(now, "duplicate")).isEqualTo(REPEATED);
        assertThat(outcome(now, "dead_letter")).isEqualTo(INVALID);
        assertThat(stage(now, "source")).isEqualTo(ALL);
        assertThat(stage(now, "acknowledge")).isEqualTo(ALL);
        double committed = stage(now, "sink");
        assertThat(committed).isBetween((double) VALID + INVALID, (double) ALL);
        assertThat(now.value("headgate_freshness_seconds_count{pipeline=\"orders\"}"))
                .isEqualTo(committed);
        assertThat(now.value("headgate_freshness_seconds_bucket{pipeline=\"orders\",le=\"60.0\"}"))
                .isEqualTo(committed);
        assertThat(now.value("headgate_batch_messages_sum{batch=\"orders\"}")).isEqualTo(committed);
        assertThat(now.value("headgate_outbox_delivered_total{destination=\"orders-applied\"}"))
                .isEqualTo(VALID);
        assertThat(now.value("headgate_outbox_pending{destination=\"orders-applied\"}"))
                .isZero();
        assertThat(sum(now, "headgate_dead_letters_total")).isEqualTo(INVALID);
        assertThat(sum(now, "headgate_dead_letters_open")).isEqualTo(INVALID);
        assertThat(sum(now, "headgate_stage_errors_total")).isEqualTo(INVALID);
        assertThat(lag(now, pipeline)).isZero();
        assertThat(now.value("headgate_inflight_messages{pipeline=\"orders\"}")).isZero();
    }

    private static void fullAndBehind(Scrape now, Pipeline pipeline) {
        assertThat(pausedBy(now, "inflight")).isOne();
        assertThat(now.value("headgate_inflight_messages{pipeline=\"orders\"}"))
                .isEqualTo(now.value("headgate_inflight_limit_messages{pipeline=\"orders\"}"));
        assertThat(now.value("headgate_source_paused_seconds_total{pipeline=\"orders\"}"))
                .isPositive();
        assertThat(lag(now, pipeline)).isEqualTo(150);
        assertThat(now.value("headgate_batch_lanes_writing{batch=\"orders\"}")).isPositive();
    }

    private static void held(Scrape now) {
        assertThat(now.value("headgate_batch_held{batch=\"orders\"}")).isOne();
        assertThat(now.value("headgate_stage_errors_total{class=\"unknown\",pipeline=\"orders\","
                        + "reason=\"SQLSTATE 42P01\",stage=\"sink\"}"))
                .isEqualTo(now.value("headgate_batch_retries_total{batch=\"orders\"}"))
                .isPositive();
    }

    /** Those of the load, and those of a queue that no route of this process takes. */
    private static void jobs(int port, Pipeline pipeline) {
        pipeline.execute("insert into headgate.job (queue, priority, scheduled_at, state) values"
                + " ('elsewhere', 3, now() - interval '100 s', 'available'),"
                + " ('elsewhere', 7, now() - interval '200 s', 'available'),"
                + " ('elsewhere', 0, now() + interval '1 h', 'retryable'),"
                + " ('other', 0, now() - interval '50 s', 'available')");
        double receipts = pipeline.count("select count(*) from receipts");
        Pipeline.await().untilAsserted(() -> {
            Scrape now = Scrape.of(port);
            assertThat(now.value("headgate_job_executed_total{queue=\"send-receipt\",state=\"completed\"}"))
                    .isEqualTo(receipts)
                    .isPositive();
            assertThat(now.value("headgate_job_lag_seconds_count{queue=\"send-receipt\"}"))
                    .isEqualTo(receipts);
            assertThat(now.value("headgate_job_duration_seconds_count{queue=\"send-receipt\"}"))
                    .isEqualTo(receipts);
            assertThat(now.value("headgate_job_oldest_due_seconds{queue=\"send-receipt\"}"))
                    .isZero();
            assertThat(now.value("headgate_jobs{queue=\"send-receipt\",state=\"available\"}"))
                    .isZero();
            assertThat(now.value("headgate_jobs{queue=\"elsewhere\",state=\"available\"}"))
                    .isEqualTo(2);
            assertThat(now.value("headgate_jobs{queue=\"elsewhere\",state=\"retryable\"}"))
                    .isOne();
            assertThat(now.value("headgate_job_oldest_due_seconds{queue=\"elsewhere\"}"))
                    .isBetween(200.0, 260.0);
            assertThat(now.value("headgate_jobs{queue=\"other\",state=\"available\"}"))
                    .isOne();
            assertThat(now.value("headgate_job_oldest_due_seconds{queue=\"other\"}"))
                    .isBetween(50.0, 110.0);
        });
        pipeline.execute("insert into headgate.job (queue, payload) values ('send-receipt', 'no order')");
        Pipeline.await().untilAsserted(() -> {
            Scrape failed = Scrape.of(port);
            assertThat(failed.value("headgate_job_errors_total{class=\"rejected\",queue=\"send-receipt\","
                            + "reason=\"SQLSTATE 22P02\"}"))
                    .isOne();
            assertThat(failed.value("headgate_job_executed_total{queue=\"send-receipt\",state=\"discarded\"}"))
                    .isOne();
        });
    }

    private static void everyMeterIsThereAndDocumented(Scrape now) throws Exception {
        List<String> own = Arrays.stream(Meters.values())
                .filter(meter -> !OF_SQS.contains(meter) && !OF_FAILURES.contains(meter))
                .map(Meters::meterName)
                .toList();
        assertThat(now.families().stream().filter(name -> name.startsWith("headgate_")))
                .containsExactlyInAnyOrderElementsOf(own);
        String docs = Files.readString(Path.of("src/docs/observability.md"));
        Set<String> prefixes = Pattern.compile("`([a-z_]+)\\*`")
                .matcher(docs)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(now.families()).allSatisfy(family -> assertThat(prefixes)
                .as(family)
                .anyMatch(prefix -> family.startsWith("headgate_") || family.startsWith(prefix)));
        assertThat(prefixes)
                .allSatisfy(prefix -> assertThat(now.families()).anyMatch(family -> family.startsWith(prefix)));
    }

    private static double lag(Scrape scrape, Pipeline pipeline) {
        return IntStream.range(0, pipeline.partitions)
                .mapToDouble(partition ->
                        scrape.value("headgate_kafka_lag_messages{partition=\"%d\",pipeline=\"orders\",topic=\"%s\"}"
                                .formatted(partition, pipeline.topic)))
                .sum();
    }

    private static double outcome(Scrape scrape, String outcome) {
        return scrape.value("headgate_outcomes_total{outcome=\"%s\",pipeline=\"orders\"}".formatted(outcome));
    }

    private static double stage(Scrape scrape, String stage) {
        return scrape.value("headgate_stage_messages_total{pipeline=\"orders\",stage=\"%s\"}".formatted(stage));
    }

    private static double pausedBy(Scrape scrape, String reason) {
        return scrape.value("headgate_source_paused{pipeline=\"orders\",reason=\"%s\"}".formatted(reason));
    }

    private static double queue(Scrape scrape, String state) {
        return scrape.value("headgate_sqs_queue_messages{pipeline=\"orders-sqs\",state=\"%s\"}".formatted(state));
    }

    private static double sum(Scrape scrape, String family) {
        return scrape.samples().entrySet().stream()
                .filter(sample -> sample.getKey().startsWith(family + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}

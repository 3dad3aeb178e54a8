package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.time.Duration;
import java.util.Map;
import javax.management.JMException;
import org.junit.jupiter.api.Test;

/** The rate of the shipped pipeline: changed while running, and however low, it costs neither membership nor message. */
class ThrottleIT {

    private static final int MESSAGES = 500;
    /** Less than one poll of the messages takes at the low rate. */
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(6);

    @Test
    void a_rate_at_which_one_poll_would_outlast_the_poll_interval_costs_no_membership() throws JMException {
        Load load = new Load(System.nanoTime(), 50, 0);
        Deliveries deliveries = new Deliveries();
        try (Pipeline pipeline = new Pipeline(1)) {
            load.send(pipeline, MESSAGES);
            pipeline.flush();
            pipeline.start(
                    Map.of(
                            "orders.max-rate",
                            "5",
                            "camel.component.kafka.max-poll-interval-ms",
                            String.valueOf(POLL_INTERVAL.toMillis())),
                    Map.of("deliveries", deliveries));
            Pipeline.await()
                    .untilAsserted(() -> assertThat(deliveries.records()).isGreaterThan(5));
            var members = pipeline.members();
            assertThat(members).hasSize(1);
            Pipeline.await().during(POLL_INTERVAL.multipliedBy(2)).until(pipeline::members, members::equals);
            assertThat(deliveries.records()).as("delivered").isBetween(60, 140);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isBetween(50L, 140L));

            throttle("MaximumRequests", 100_000L);
            Pipeline.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(deliveries.records())
                    .isEqualTo(MESSAGES));
            Account.reconciles(pipeline, load);
            assertThat(deliveries.redelivered()).isZero();
            assertThat(pipeline.members()).isEqualTo(members);
        }
    }

    @Test
    void the_rate_is_lowered_in_the_middle_of_a_poll_and_raised_again_through_jmx() throws JMException {
        Load load = new Load(System.nanoTime(), 50, 0);
        Deliveries deliveries = new Deliveries();
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(
                    Map.of(
                            "orders.max-rate",
                            "100",
                            "camel.component.kafka.max-poll-interval-ms",
                            String.valueOf(POLL_INTERVAL.toMillis())),
                    Map.of("deliveries", deliveries));
            load.send(pipeline, MESSAGES);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(deliveries.records()).isGreaterThan(100));
            var members = pipeline.members();

            throttle("MaximumRequests", 1L);
            int before = deliveries.records();
            Pipeline.await()
                    .during(POLL_INTERVAL.plusSeconds(2))
                    .until(() -> deliveries.records() <= before + 20
                            && pipeline.members().equals(members));
            assertThat(deliveries.records()).isGreaterThan(before);

            throttle("MaximumRequests", 50_000L);
            Pipeline.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(deliveries.records())
                    .isEqualTo(MESSAGES));
            Account.reconciles(pipeline, load);
            assertThat(deliveries.redelivered()).isZero();
        }
    }

    @Test
    void stopped_at_a_low_rate_it_exits_with_0_without_dead_letters_and_goes_on_at_the_next_start() {
        Load load = new Load(System.nanoTime(), 50, 0);
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.migrate();
            load.send(pipeline, MESSAGES);
            pipeline.flush();
            try (ChildProcess child = ChildProcess.run(pipeline, Map.of("orders.max-rate", "1"))) {
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.count("select count(*) from headgate.ledger"))
                        .isGreaterThan(2));
                assertThat(child.terminate(Duration.ofSeconds(10)))
                        .as(child::output)
                        .isZero();
            }
            long applied = pipeline.count("select count(*) from headgate.ledger");
            assertThat(pipeline.committed()).isEqualTo(applied).isLessThan(MESSAGES);
            pipeline.start();
            Account.reconciles(pipeline, load);
        }
    }

    @Test
    void stopped_while_a_message_waits_for_an_hour_it_still_stops_in_time_and_in_order() throws JMException {
        Load load = new Load(System.nanoTime(), 50, 0);
        Deliveries deliveries = new Deliveries();
        try (Pipeline pipeline = new Pipeline(2)) {
            Headgate headgate = pipeline.start(
                    Map.of("orders.max-rate", "1", "camel.main.shutdown-timeout", "10"),
                    Map.of("deliveries", deliveries));
            throttle("TimePeriodMillis", Duration.ofHours(1).toMillis());
            load.send(pipeline, MESSAGES);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(deliveries.records()).isGreaterThan(1));
            long start = System.nanoTime();
            pipeline.stop(headgate);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.err.printf("Stopped with a message in the throttle in %d ms%n", took.toMillis());
            assertThat(took).isLessThan(Duration.ofSeconds(8));
            long applied = pipeline.count("select count(*) from headgate.ledger");
            assertThat(pipeline.committed()).isEqualTo(applied).isPositive();

            pipeline.start();
            Account.reconciles(pipeline, load);
            assertThat(deliveries.records())
                    .as("applied, and waiting in the throttle")
                    .isEqualTo((int) applied + 1);
        }
    }

    @Test
    void a_high_rate_is_kept_over_a_short_period_which_jmx_tells() throws JMException {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(Map.of("orders.max-rate", "50000"), Map.of());

            assertThat(Jmx.get("processors", "orders-throttle", "TimePeriodMillis"))
                    .isEqualTo(10L);
        }
    }

    private static void throttle(String attribute, long value) throws JMException {
        Jmx.set("processors", "orders-throttle", attribute, value);
    }
}

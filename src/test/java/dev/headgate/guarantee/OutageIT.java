package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Promise 7, and promise 6 after it: whatever is wrong with the database holds the flow, or slows it down, and costs no
 * message, no dead letter, no membership and no redelivery. When it is over, all goes on without help.
 */
class OutageIT {

    private static final int PER_SECOND = 2_000;
    /** Before the fault, and after it. */
    private static final Duration WELL = Duration.ofSeconds(3);

    @ParameterizedTest
    @EnumSource
    void a_fault_costs_nothing(Fault fault) {
        Load load = new Load(System.nanoTime(), 10_000, 0.1);
        try (Pipeline pipeline = new Pipeline(4);
                Sink sink = new Sink(pipeline)) {
            Deliveries deliveries = new Deliveries();
            Written written = new Written();
            pipeline.start(
                    sink.properties(fault.urlParameters()), Map.of("deliveries", deliveries, "written", written));
            try {
                fault.prepare(sink);
                int messages = PER_SECOND * (int) fault.lasts().plus(WELL).toSeconds();
                CompletableFuture<Void> sending = load.sendSteadily(pipeline, messages, PER_SECOND);
                Pipeline.await().until(() -> written.messages() > PER_SECOND);
                var members = pipeline.members();

                happens(fault, sink, load, written);

                sending.join();
                Account.reconciles(pipeline, load);
                assertThat(pipeline.members())
                        .as("the same member all the time")
                        .isEqualTo(members);
                assertThat(deliveries.redelivered()).as("redelivered").isZero();
            } finally {
                fault.tidy(sink);
            }
        }
    }

    private static void happens(Fault fault, Sink sink, Load load, Written written) {
        long before = written.messages();
        int sent = load.sent();
        fault.start(sink);
        try {
            AtomicLong last = new AtomicLong(-1);
            Pipeline.await().during(fault.lasts()).until(() -> !fault.holds() || written.isStill(last));
        } finally {
            fault.stop(sink);
        }
        long passed = written.messages() - before;
        System.err.printf(
                "%s: sent %d, written %d, tried again because of %s%n",
                fault, load.sent() - sent, passed, written.reasons());
        assertThat(passed).as("written meanwhile").isLessThan((load.sent() - sent) / 2);
        if (!fault.state().isEmpty()) {
            assertThat(written.reasons()).contains("SQLSTATE " + fault.state());
        }
    }
}

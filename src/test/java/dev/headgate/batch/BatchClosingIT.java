package dev.headgate.batch;

import static dev.headgate.batch.Batch.Closed.AGE;
import static dev.headgate.batch.Batch.Closed.BYTES;
import static dev.headgate.batch.Batch.Closed.COUNT;
import static dev.headgate.batch.Batch.Closed.FLUSH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.batch.BatchRoutes.Written;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a batch closes, and that nothing in it stays behind. */
class BatchClosingIT {

    @Test
    void a_batch_closes_when_its_oldest_message_has_lingered_also_while_messages_trickle_in() throws Exception {
        try (BatchRoutes routes = new BatchRoutes("lanes=1&linger=100", null)) {
            AtomicInteger number = new AtomicInteger();
            ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
            trickle.scheduleAtFixedRate(
                    () -> routes.send("k", "m" + number.incrementAndGet()), 0, 5, TimeUnit.MILLISECONDS);
            await().atMost(Duration.ofSeconds(60)).until(() -> routes.written.size() >= 20);
            trickle.shutdownNow();

            List<Written> closed = List.copyOf(routes.written).subList(0, 20);
            assertThat(closed).allMatch(batch -> batch.closed() == AGE);
            assertThat(closed).allMatch(batch -> batch.ageNanos() >= TimeUnit.MILLISECONDS.toNanos(100));
            long median = closed.stream().mapToLong(Written::ageNanos).sorted().toArray()[10];
            assertThat(Duration.ofNanos(median)).isLessThanOrEqualTo(Duration.ofMillis(120));
        }
    }

    @Test
    void a_batch_closes_at_its_count_and_what_is_left_is_pending_until_shutdown() throws Exception {
        BatchRoutes routes = new BatchRoutes("lanes=1&maxSize=10&linger=60000", null);
        try (routes) {
            for (int i = 0; i < 25; i++) {
                routes.send("k", "m" + i);
            }
            await().until(() -> routes.written.size() == 2);
            assertThat(routes.written)
                    .allMatch(batch -> batch.closed() == COUNT)
                    .allMatch(batch -> batch.payloads().size() == 10);
            assertThat(routes.consumer().getPendingExchangesSize()).isEqualTo(5);
        }
        assertThat(routes.written.get(2).closed()).isEqualTo(FLUSH);
        assertThat(routes.acknowledged).hasSize(25);
    }

    @Test
    void a_batch_closes_at_its_bytes_and_a_huge_message_is_alone() throws Exception {
        BatchRoutes routes = new BatchRoutes("lanes=1&maxBytes=1000&linger=60000", null);
        try (routes) {
            String half = "h".repeat(500);
            String huge = "H".repeat(5000);
            routes.send("k", half);
            assertThat(routes.written).isEmpty();
            routes.send("k", half);
            await().until(() -> routes.written.size() >= 1);
            routes.send("k", "small");
            routes.send("k", huge);
            routes.send("k", "last");
            await().until(() -> routes.payloads().contains(huge));
            assertThat(routes.written).allMatch(batch -> batch.closed() == BYTES);
            assertThat(routes.written)
                    .filteredOn(batch -> batch.payloads().contains(huge))
                    .allMatch(batch -> batch.payloads().size() == 1);
        }
        assertThat(routes.payloads()).hasSize(5).endsWith("last");
    }

    @Test
    void a_graceful_shutdown_writes_what_lingers_and_acknowledges_it() throws Exception {
        BatchRoutes routes = new BatchRoutes("lanes=2&linger=60000", null);
        for (int i = 0; i < 100; i++) {
            routes.send("k" + i, "m" + i);
        }
        long start = System.nanoTime();
        routes.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(routes.payloads()).hasSize(100);
        assertThat(routes.acknowledged).hasSize(100);
        assertThat(routes.failed).isEmpty();
    }

    @Test
    void a_forced_stop_fails_what_is_left_and_acknowledges_nothing() throws Exception {
        BatchRoutes routes = new BatchRoutes("lanes=2&linger=1&maxSize=10", null);
        routes.step = batch -> {
            throw new java.net.ConnectException("the database is down");
        };
        routes.context.getShutdownStrategy().setTimeout(1);
        for (int i = 0; i < 100; i++) {
            routes.send("k" + i, "m" + i);
        }
        routes.close();
        // Camel interrupts the thread that waits for the lanes' end: they may have it still before them.
        await().untilAsserted(() -> assertThat(routes.failed).hasSize(100).doesNotHaveDuplicates());
        assertThat(routes.acknowledged).isEmpty();
    }
}

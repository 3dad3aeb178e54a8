package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.message.Message;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was sent to its source again holds up nothing else, however it ends. */
class BatchReplaysIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String OPTIONS = "lanes=1&maxSize=100&linger=60000&backoffBase=1&backoffCap=20";

    @Test
    void refused_ones_are_tried_once_and_other_batches_wait_for_one_attempt_at_most() throws Exception {
        List<String> attempts = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch allSent = new CountDownLatch(1);
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, null)) {
            routes.step = batch -> {
                allSent.await();
                List<Boolean> kinds = batch.messages().stream()
                        .map(Message::isSentAgain)
                        .distinct()
                        .toList();
                assertThat(kinds).as("kinds in one batch").hasSize(1);
                attempts.add(kinds.get(0) ? "again" : "other");
                if (kinds.get(0) && batch.messages().stream().anyMatch(message -> message.rejection() == null)) {
                    throw new SQLException("violates check constraint", "23514");
                }
            };
            for (int i = 0; i < 300; i++) {
                // Of this pipeline, and of another one that reads the same source.
                routes.sendAgain("k" + i, "again" + i, i % 2 == 0 ? "source" : "elsewhere");
                routes.send("k" + i, "m" + i);
            }
            allSent.countDown();
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 600);

            assertThat(routes.payloads()).hasSize(300).allMatch(payload -> payload.startsWith("m"));
            assertThat(routes.rejected).hasSize(300).allSatisfy(message -> assertThat(
                            message.rejection().attempts())
                    .isEqualTo(1));
            assertThat(routes.told).as("what was held").isEmpty();
            assertThat(attempts.subList(0, attempts.lastIndexOf("other")))
                    .as("attempts until the last other batch")
                    .hasSizeLessThanOrEqualTo(6);
        }
    }

    @Test
    void an_outage_of_theirs_keeps_only_them_waiting_and_in_order() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        List<String> replays =
                IntStream.range(0, 100).mapToObj(i -> "again" + i).toList();
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, null)) {
            routes.step = batch -> {
                if (batch.isSentAgain() && over.getCount() > 0) {
                    throw new ConnectException("away");
                }
            };
            replays.forEach(payload -> routes.sendAgain("k", payload, "source"));
            for (int i = 0; i < 500; i++) {
                routes.send("k", "m" + i);
            }
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 500);
            assertThat(routes.payloads()).allMatch(payload -> payload.startsWith("m"));
            assertThat(routes.told).as("what was held").isEmpty();

            over.countDown();
            await().atMost(LONG).until(() -> routes.acknowledged.size() == 600);
            assertThat(routes.payloads().subList(500, 600)).isEqualTo(replays);
            assertThat(routes.rejected).isEmpty();
        }
    }

    @Test
    void stopped_meanwhile_they_are_not_acknowledged() throws Exception {
        try (BatchRoutes routes = new BatchRoutes(OPTIONS, null)) {
            CountDownLatch tried = new CountDownLatch(1);
            routes.step = batch -> {
                tried.countDown();
                throw new ConnectException("away");
            };
            for (int i = 0; i < 150; i++) {
                routes.sendAgain("k", "again" + i, "source");
            }
            tried.await();
            routes.consumer().stop();
            await().atMost(LONG).until(() -> routes.failed.size() == 150);
            assertThat(routes.acknowledged).isEmpty();
        }
    }
}

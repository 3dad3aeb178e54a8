package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 4 for dead letters: the copy is in the outbox if and only if the row is in its table. */
class DeadLetterCopyIT {

    private static final String COPIES = "select count(*) from headgate.outbox where destination = 'orders-dead'";
    private static final String ROWS = "select count(*) from headgate.dead_letter";

    @TempDir
    Path routes;

    @Test
    void a_dead_letter_is_copied_with_its_row_or_not_at_all() throws Exception {
        RoutesFolder.copy(routes, "deadLetterDestination: orders-dead");
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            pipeline.execute(
                    "alter table headgate.outbox add constraint no_copies check (destination = 'orders-applied')");
            CountDownLatch retried = new CountDownLatch(2);
            BatchListener listener = new BatchListener() {
                @Override
                public void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {
                    retried.countDown();
                }
            };
            Settings settings = Settings.load(routes, null, Map.of()).with(pipeline.properties(), "the test");
            try (Headgate headgate = Headgate.start(settings, routes, Map.of("listener", listener))) {
                pipeline.send("k", "m", new byte[] {'{', (byte) 0xFF});
                pipeline.flush();
                assertThat(retried.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(pipeline.count(ROWS)).isZero();

                pipeline.execute("alter table headgate.outbox drop constraint no_copies");
                Pipeline.await()
                        .untilAsserted(() -> assertThat(pipeline.count(COPIES)).isEqualTo(1));
                assertThat(pipeline.count(ROWS)).isEqualTo(1);
                assertThat(pipeline.text("""
                                select concat_ws(', ', key, content_type, encode(payload, 'hex'),
                                                 headers ->> 'message-id', headers ->> 'dead-letter-pipeline',
                                                 headers ->> 'dead-letter-stage', headers ->> 'dead-letter-reason')
                                from headgate.outbox where destination = 'orders-dead'
                                """))
                        .isEqualTo("k, application/octet-stream, 7bff, m, orders, orders-validate, invalid UTF-8");
                assertThat(pipeline.text("select headers ->> 'dead-letter-id' from headgate.outbox"))
                        .isEqualTo(pipeline.text("select id from headgate.dead_letter"));

                HeadgateCommand.deadLetters(pipeline, "replay --all");
                Pipeline.await()
                        .untilAsserted(() -> assertThat(pipeline.text("select attempts from headgate.dead_letter"))
                                .isEqualTo("2"));
                assertThat(pipeline.count(COPIES))
                        .as("copies of what was copied before")
                        .isEqualTo(1);
            }
        }
    }
}

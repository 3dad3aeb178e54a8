package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Promises 3 and 7 for a step before the batch: its outage makes no dead letter, and no later message overtakes. */
class StepOutageIT {

    private static final String VALIDATE = "              - to: { id: orders-validate";
    private static final String LOOKUP =
            "              - process:\n                  id: orders-lookup\n                  ref: lookup\n";

    @Test
    void what_a_step_cannot_do_now_is_delivered_again_in_order(@TempDir Path folder) throws IOException {
        Path routes = folder.resolve("routes");
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        Files.writeString(file, Files.readString(file).replace(VALIDATE, LOOKUP + VALIDATE));
        Load load = new Load(System.nanoTime(), 50, 0);
        Lookup lookup = new Lookup();
        try (Pipeline pipeline = new Pipeline(2)) {
            load.send(pipeline, 3_000);
            pipeline.flush();
            Deliveries deliveries = new Deliveries();
            pipeline.start(routes, Map.of(), Map.of("lookup", lookup, "deliveries", deliveries));

            Account.reconciles(pipeline, load);
            assertThat(lookup.failed).hasSizeGreaterThan(20);
            assertThat(deliveries.redelivered())
                    .as("only what failed comes again")
                    .isEqualTo(lookup.failed.size());
        }
    }

    /** Killed behind a message that failed, it must not have passed over those that were polled behind it and dropped. */
    @Test
    void what_is_polled_behind_a_message_that_fails_is_not_passed_over(@TempDir Path folder) throws IOException {
        Path routes = folder.resolve("routes");
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        Files.writeString(file, Files.readString(file).replace(VALIDATE, LOOKUP + VALIDATE));
        AtomicBoolean down = new AtomicBoolean(true);
        AtomicInteger failures = new AtomicInteger();
        Processor lookup = exchange -> {
            if (down.get() && exchange.getMessage().getHeader("kafka.OFFSET", Long.class) == 3) {
                failures.incrementAndGet();
                throw new SQLException("the lookup's server is down", "08006");
            }
        };
        // Each poll commits, and looks for gaps.
        Map<String, String> often = Map.of("headgate.commit-interval", "1ms");
        try (Pipeline pipeline = new Pipeline(1)) {
            for (int i = 0; i < 500; i++) {
                send(pipeline, 0, "order" + i);
            }
            Headgate first = pipeline.start(routes, often, Map.of("lookup", lookup, "deliveries", new Deliveries()));
            Pipeline.await().until(() -> pipeline.committed() == 3 && failures.get() > 5);
            assertThat(pipeline.committed()).isEqualTo(3);
            assertThat(pipeline.count("select low from headgate.source_position where lane = ''"))
                    .isEqualTo(3);
            pipeline.stop(first);
            down.set(false);
            pipeline.start(routes, often, Map.of("lookup", lookup, "deliveries", new Deliveries()));
            Pipeline.await().until(() -> pipeline.committed() == 500);
            assertThat(pipeline.count("select count(*) from orders")).isEqualTo(500);
        }
    }

    @Test
    void a_step_works_again_when_what_it_refused_has_passed_not_when_something_else_has(@TempDir Path folder)
            throws IOException {
        Path routes = folder.resolve("routes");
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        Files.writeString(file, Files.readString(file).replace(VALIDATE, LOOKUP + VALIDATE));
        AtomicBoolean down = new AtomicBoolean(true);
        AtomicInteger failures = new AtomicInteger();
        Processor lookup = exchange -> {
            if (down.get()
                    && exchange.getMessage()
                            .getHeader("kafka.KEY", String.class)
                            .equals("sick")) {
                failures.incrementAndGet();
                throw new SQLException("the lookup's server is down", "08006");
            }
        };
        try (Pipeline pipeline = new Pipeline(2);
                CapturedLog log = new CapturedLog("dev.headgate.kafka.AcknowledgingConsumer")) {
            pipeline.start(routes, Map.of(), Map.of("lookup", lookup, "deliveries", new Deliveries()));
            send(pipeline, 0, "sick");
            int sent = 1;
            for (int seen = 0; seen < 4; seen = failures.get()) {
                send(pipeline, 1, "well" + sent);
                int committed = sent++;
                int before = seen;
                Pipeline.await().until(() -> pipeline.committed() >= committed && failures.get() > before);
            }
            assertThat(log.with("Routing messages fails")).isNotEmpty();
            assertThat(log.with("works again")).isEmpty();

            down.set(false);
            int all = sent;
            Pipeline.await().until(() -> pipeline.committed() == all);
            Pipeline.await()
                    .until(() -> log.with("Routing messages works again").size() == 1);
        }
    }

    private static void send(Pipeline pipeline, int partition, String order) {
        pipeline.send(new ProducerRecord<>(
                pipeline.topic, partition, order, Orders.json(order, 1).getBytes(StandardCharsets.UTF_8)));
        pipeline.flush();
    }

    /** Fails for every hundredth record of a partition when it sees it first. */
    private static final class Lookup implements Processor {

        private final Set<String> failed = new HashSet<>();

        @Override
        public synchronized void process(Exchange exchange) throws SQLException {
            long offset = exchange.getMessage().getHeader("kafka.OFFSET", Long.class);
            String place = exchange.getMessage().getHeader("kafka.PARTITION") + "-" + offset;
            if (offset % 100 == 50 && failed.add(place)) {
                throw new SQLException("the lookup's server is down", "08006");
            }
        }
    }
}

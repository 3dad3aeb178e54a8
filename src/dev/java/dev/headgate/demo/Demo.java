package dev.headgate.demo;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.demo.ShippedPipeline.Format;
import dev.headgate.demo.ShippedPipeline.From;
import dev.headgate.demo.ShippedPipeline.To;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.camel.processor.idempotent.IdempotentConsumer;
import org.jspecify.annotations.Nullable;

/** Generated orders through a shipped pipeline, on embedded servers, and the account of it. */
final class Demo {
    private static final int PARTITIONS = 4;
    private static final int REMEMBERED = 200_000;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration WITHOUT_PROGRESS = Duration.ofSeconds(60);
    /** So that a short demo shows several objects. */
    private static final SortedMap<String, String> SMALL_OBJECTS =
            new TreeMap<>(Map.of("camel.component.batch.linger", "2s", "camel.component.batch.max-size", "5000"));

    private final DemoServers servers;
    private final ShippedPipeline pipeline;
    private final Settings shipped;
    private final Consumer<String> lines;
    private final LiveLine live = new LiveLine();
    private final Outcomes outcomes = new Outcomes();
    private long startNanos;

    /**
     * @param shipped those of the pipeline's folder
     * @param lines told what a person wants to read while it runs
     */
    Demo(DemoServers servers, ShippedPipeline pipeline, Settings shipped, Consumer<String> lines) {
        this.servers = servers;
        this.pipeline = pipeline;
        this.shipped = pipeline.to() == To.S3 ? shipped.with(SMALL_OBJECTS, "the demo") : shipped;
        this.lines = lines;
    }

    /**
     * Produces until told to stop, then drains, stops Headgate and reads the account.
     *
     * @param routes the pipeline's folder
     * @param stop ends the producing when it reaches zero
     * @param atMost ends the producing otherwise
     */
    Account run(Path routes, int perSecond, CountDownLatch stop, Duration atMost)
            throws SQLException, InterruptedException {
        var generator = new OrderGenerator(System.nanoTime(), Trouble.REALISTIC);
        Totals totals;
        try (var avro = avro(routes);
                var source = source(avro);
                var sink = sink(avro)) {
            Settings settings = servers.in(shipped);
            printAddresses(settings, source, sink);
            try (var freshness = freshness(avro);
                    var headgate =
                            Headgate.start(settings, routes, Map.of("outcomes", outcomes, "freshness", freshness));
                    var producer = new OrderProducer(source, generator, perSecond, message -> {
                        sink.sending(message);
                        freshness.sending(message);
                    })) {
                producer.start();
                startNanos = System.nanoTime();
                long end = startNanos + atMost.toNanos();
                while (!stop.await(Math.min(LOOK.toNanos(), end - System.nanoTime()), TimeUnit.NANOSECONDS)
                        && System.nanoTime() < end) {
                    look(headgate, source);
                }
                totals = producer.stop();
                lines.accept("Draining ...");
                drain(headgate, source, sink);
            }
            return new Auditor(servers.postgres().dataSource(), pipeline.name(), source, sink).read(totals);
        }
    }

    private @Nullable AvroOrders avro(Path routes) {
        return pipeline.format() == Format.AVRO
                ? new AvroOrders(servers.registry(), routes, setting("topic"), setting("applied-topic"))
                : null;
    }

    private Source source(@Nullable AvroOrders avro) {
        if (pipeline.from() == From.SQS) {
            return new SqsSource(servers.sqs(), setting("queue"));
        }
        servers.kafka().createTopic(setting("topic"), PARTITIONS, Map.of());
        Source topic = new KafkaSource(servers.kafka().bootstrapServers(), setting("topic"), setting("group"));
        return avro == null ? topic : new EncodingSource(topic, avro::encoded);
    }

    private Sink sink(@Nullable AvroOrders avro) {
        var postgres = servers.postgres();
        return pipeline.to() == To.S3
                ? new S3Sink(postgres.dataSource(), pipeline.name(), servers.s3(), setting("bucket"))
                : new PostgresSink(postgres.dataSource(), relayTarget(avro));
    }

    private RelayTarget relayTarget(@Nullable AvroOrders avro) {
        if (pipeline.from() == From.SQS) {
            return new RelayQueue(servers.sqs(), setting("applied-queue"));
        }
        String topic = setting("applied-topic");
        servers.kafka().createTopic(topic, PARTITIONS, Map.of());
        String brokers = servers.kafka().bootstrapServers();
        return avro == null ? new RelayTopic(brokers, topic) : new RelayTopic(brokers, topic, avro::isOf);
    }

    private Freshness freshness(@Nullable AvroOrders avro) {
        return shipped.find("orders.applied-topic")
                .<Freshness>map(topic -> new Arrivals(
                                servers.kafka().bootstrapServers(),
                                topic,
                                REMEMBERED,
                                live::endToEnd,
                                avro == null ? UnaryOperator.identity() : avro::json)
                        .start())
                .orElseGet(() -> new Commits(REMEMBERED, live::endToEnd));
    }

    private void drain(Headgate headgate, Source source, Sink sink) throws SQLException, InterruptedException {
        long best = Long.MAX_VALUE;
        long lastProgress = System.nanoTime();
        for (long left = source.backlog() + sink.pending(); left > 0; left = source.backlog() + sink.pending()) {
            if (left < best) {
                best = left;
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > WITHOUT_PROGRESS.toNanos()) {
                lines.accept("No progress for " + WITHOUT_PROGRESS.toSeconds() + " s: giving up on draining");
                return;
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            look(headgate, source);
        }
    }

    private void look(Headgate headgate, Source source) {
        var context = headgate.camelContext();
        var limit = context.getRegistry().lookupByNameAndType("inflightLimit", InflightLimit.class);
        var filter = context.getProcessor(pipeline.prefix() + "-idempotent", IdempotentConsumer.class);
        lines.accept(live.next(new LiveLine.Figures(
                Duration.ofNanos(System.nanoTime() - startNanos),
                source.acknowledged(),
                outcomes.applied(),
                outcomes.duplicates() + (filter == null ? 0 : filter.getDuplicateMessageCount()),
                outcomes.deadLetters(),
                limit.messages(),
                source.backlog())));
    }

    private void printAddresses(Settings settings, Source source, Sink sink) {
        lines.accept("Postgres    " + servers.postgres().psql());
        lines.accept(source.address());
        sink.addresses().forEach(lines);
        if (pipeline.format() == Format.AVRO) {
            lines.accept("Registry    " + servers.registry().url());
        }
        if (pipeline.to() == To.S3) {
            lines.accept("For a demo  " + SMALL_OBJECTS + ", so that there are several objects");
        }
        lines.accept("Status page http://127.0.0.1:"
                + settings.find("camel.management.port").orElse("") + "/");
    }

    private String setting(String name) {
        String key = pipeline.prefix() + "." + name;
        return shipped.find(key).orElseThrow(() -> new IllegalArgumentException("The demo needs the setting " + key));
    }
}

package dev.headgate.bench;

import dev.headgate.app.Headgate;
import dev.headgate.bench.Second.Phase;
import dev.headgate.demo.Arrivals;
import dev.headgate.demo.DemoServers;
import dev.headgate.demo.KafkaSource;
import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.OrderProducer;
import dev.headgate.demo.Source;
import dev.headgate.demo.Trouble;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The shipped routes, relay included, under a load that rises for a while and falls back. */
final class Spike {
    private static final int PARTITIONS = 4;
    private static final int WARM_UP_SECONDS = 10;
    private static final int LEAST_RECOVERY_SECONDS = 10;
    private static final long SEED = 1;
    /** One in five an update, one in two hundred invalid; duplicates would hide in neither rate. */
    private static final Trouble TROUBLE = new Trouble(0, 0.20, 0.005);

    private final Path routes;
    private final SpikeLoad load;
    private final Consumer<Second> told;
    private final Observer observer = new Observer();
    private final List<Second> seconds = new ArrayList<>();

    /** @param told of each second when it is over */
    Spike(Path routes, SpikeLoad load, Consumer<Second> told) {
        this.routes = routes;
        this.load = load;
        this.told = told;
    }

    SpikeResult run(Path directory) throws InterruptedException {
        try (var servers = new DemoServers(directory)) {
            String brokers = servers.kafka().bootstrapServers();
            Settings settings = servers.in(Settings.load(routes, null, Map.of()));
            String topic = setting(settings, "orders.topic");
            String appliedTopic = setting(settings, "orders.applied-topic");
            servers.kafka().createTopic(topic, PARTITIONS, Map.of());
            servers.kafka().createTopic(appliedTopic, PARTITIONS, Map.of());
            var generator = new OrderGenerator(SEED, TROUBLE);
            try (var source = new KafkaSource(brokers, topic, setting(settings, "orders.group"));
                    var headgate = Headgate.start(settings, routes, observer.beans());
                    var arrivals =
                            new Arrivals(brokers, appliedTopic, load.mostUnapplied(), observer::arrived).start();
                    var producer = new OrderProducer(source, generator, load.rate(), arrivals::sending)) {
                observe(headgate, producer.start(), source);
                producer.stop();
            }
        }
        return SpikeResult.of(load, seconds);
    }

    private void observe(Headgate headgate, OrderProducer producer, Source source) throws InterruptedException {
        observer.begin();
        long start = System.nanoTime();
        for (Phase phase : Phase.values()) {
            producer.rate(phase == Phase.SPIKE ? load.spikeRate() : load.rate());
            for (int passed = 0; !isOver(phase, passed); passed++) {
                long next = start + TimeUnit.SECONDS.toNanos(seconds.size() + 1L);
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
                Second second = observer.next(phase, headgate, source);
                seconds.add(second);
                told.accept(second);
            }
        }
    }

    private boolean isOver(Phase phase, int passed) {
        return switch (phase) {
            case WARM_UP -> passed >= WARM_UP_SECONDS;
            case BASELINE -> passed >= load.baselineSeconds();
            case SPIKE -> passed >= load.spikeSeconds();
            case RECOVERY ->
                passed >= load.recoverySeconds()
                        || (passed >= LEAST_RECOVERY_SECONDS
                                && SpikeResult.of(load, seconds).returnedAfterSeconds() != null);
        };
    }

    private static String setting(Settings settings, String name) {
        return settings.find(name)
                .orElseThrow(() -> new IllegalArgumentException("The benchmark needs the setting " + name));
    }
}

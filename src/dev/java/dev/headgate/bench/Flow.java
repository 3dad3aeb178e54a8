package dev.headgate.bench;

import dev.headgate.bench.FlowResult.Drained;
import dev.headgate.bench.FlowResult.Loaded;
import dev.headgate.bench.FlowResult.Reading;
import dev.headgate.bench.FlowResult.Start;
import dev.headgate.demo.KafkaSource;
import dev.headgate.devservices.DevClients;
import dev.headgate.devservices.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Messages through the shipped Headgate as a process, and through a loop and a relay as one writes them by hand, one
 * after the other on the same servers: first a backlog, with the process just started, then a load of half the rate that
 * Headgate reached.
 *
 * <p>Figures of the backlog begin with the first message that got through, and leave out the others of its batch.
 */
final class Flow {
    /**
     * @param warmUp messages that are brought through before the backlog comes, and are not measured
     * @param messages of the backlog
     * @param loadSeconds how long the load lasts
     */
    record Size(int warmUp, int messages, int loadSeconds) {}

    private static final String WARM_UP = "warm-up";
    private static final int BROKER_WARM_UP = 200_000;
    private static final int RELAYED_TOGETHER = 400;
    private static final String APPLIED = "-applied";

    private final Path routes;
    private final Inflow inflow;
    private final Size size;
    private final List<Contender> peers;
    private final Map<String, String> options;
    private final Consumer<String> progress;
    private @Nullable String content;

    /**
     * @param peers measured at last, at the same load
     * @param options further settings of Headgate
     */
    Flow(
            Path routes,
            Inflow inflow,
            Size size,
            List<Contender> peers,
            Map<String, String> options,
            Consumer<String> progress) {
        this.routes = routes;
        this.inflow = inflow;
        this.size = size;
        this.peers = List.copyOf(peers);
        this.options = options;
        this.progress = progress;
    }

    /** @throws IllegalStateException if a message got lost */
    FlowResult run(Path directory) throws IOException, InterruptedException {
        Path copied = directory.resolve("routes");
        FileSystemUtils.copyRecursively(routes, copied);
        inflow.adapt(copied);
        progress.accept("Starting servers ...");
        try (var servers = BenchServers.start(directory, routes, peers.contains(Contender.ROUTER))) {
            warmUp(servers);
            Reading headgate = measure(servers, copied, directory, Contender.HEADGATE, 0);
            int load = headgate.load().perSecond();
            Reading plain = measure(servers, copied, directory, Contender.PLAIN, load);
            Map<String, Reading> others = new LinkedHashMap<>();
            for (Contender peer : peers) {
                others.put(peer.toString(), measure(servers, copied, directory, peer, load));
            }
            return new FlowResult(
                    servers.machine(),
                    size.messages,
                    PlainMain.WRITERS,
                    PlainMain.BATCH_SIZE,
                    JavaProcess.options(),
                    headgate,
                    plain,
                    others,
                    ratio(headgate.delivered(), plain.delivered()),
                    ratio(headgate.secondHalf(), plain.secondHalf()));
        }
    }

    /** So that what the broker's JVM has to compile first counts for nobody. */
    private static void warmUp(BenchServers servers) {
        servers.createTargetTopic(WARM_UP);
        try (var source = new KafkaSource(servers.brokers(), WARM_UP, WARM_UP)) {
            Preload.run(source, Inflow.WARM_UP, BROKER_WARM_UP);
        }
        try (var producer = DevClients.producer(servers.brokers(), Map.of("transactional.id", WARM_UP))) {
            producer.initTransactions();
            for (int i = 0; i < BROKER_WARM_UP; i++) {
                if (i % RELAYED_TOGETHER == 0) {
                    producer.beginTransaction();
                }
                var unused = producer.send(new ProducerRecord<>(WARM_UP, WARM_UP + i, new byte[100]));
                if (i % RELAYED_TOGETHER == RELAYED_TOGETHER - 1) {
                    producer.commitTransaction();
                }
            }
        }
        servers.delivered(WARM_UP, Inflow.WARM_UP, BROKER_WARM_UP);
    }

    private static double ratio(@Nullable Drained headgate, @Nullable Drained plain) {
        double byHand = Objects.requireNonNull(plain).allCpuMicros();
        return Math.round(100 * byHand / Objects.requireNonNull(headgate).allCpuMicros()) / 100.0;
    }

    /** @param loadPerSecond 0: half the rate of the backlog */
    private Reading measure(BenchServers servers, Path folder, Path directory, Contender contender, int loadPerSecond)
            throws IOException, InterruptedException {
        String name = contender.toString();
        String target = name + APPLIED;
        int port = FreePort.find();
        Map<String, String> settings = servers.properties(name);
        settings.putAll(Map.of(
                "orders.topic", name,
                "orders.group", name,
                "orders.applied-topic", target,
                "camel.management.port", String.valueOf(port)));
        settings.putAll(servers.peer(name, target));
        settings.putAll(options);
        servers.createDatabase(name);
        contender.createTables(servers.database(name), folder, settings);
        servers.createTargetTopic(target);
        inflow.create(servers, name);
        if (size.warmUp == 0) {
            backlog(servers, contender, name);
        }
        progress.accept(contender + " takes it ...");
        try (var process = contender.start(
                        directory.resolve(name + ".log"),
                        folder,
                        written(settings, directory.resolve(name + ".properties")));
                var cpu = CpuSamples.start(clocks(servers, process));
                var scraper = Scraper.start(port)) {
            if (size.warmUp > 0) {
                inflow.backlog(servers, name, Inflow.WARM_UP, size.warmUp);
                await(servers, contender, size.warmUp, process);
                backlog(servers, contender, name);
            }
            long before = (long) size.warmUp + size.messages;
            await(servers, contender, before, process);
            Times committed = inflow.commits() ? servers.committed(name, Inflow.BACKLOG, size.messages) : null;
            Times delivered = contender.relays() ? servers.delivered(target, Inflow.BACKLOG, size.messages) : null;
            Times through = Objects.requireNonNull(committed == null ? delivered : committed);
            Drained toDelivered = delivered == null ? null : drained(cpu, through, delivered.last());
            long end = (delivered == null ? through : delivered).last();
            int perSecond = loadPerSecond > 0
                    ? loadPerSecond
                    : (int) Math.max(1, Objects.requireNonNull(toDelivered).perSecond() / 2);
            int more = perSecond * size.loadSeconds;
            progress.accept("%s at %,d a second ...".formatted(contender, perSecond));
            LongUnaryOperator due = inflow.load(servers, name, perSecond, more);
            await(servers, contender, before + more, process);
            Loaded loaded = new Loaded(
                    perSecond,
                    inflow.commits()
                            ? servers.committed(name, Inflow.LOAD, more).since(due)
                            : null,
                    contender.relays()
                            ? servers.delivered(target, Inflow.LOAD, more).since(due)
                            : null);
            if (inflow.commits()) {
                requireSame(servers.content(name), contender);
            }
            return new Reading(
                    committed == null ? null : drained(cpu, committed, committed.last()),
                    toDelivered,
                    drained(cpu, through, through.middle(), end),
                    start(process.startedAt(), scraper.readyAt(), through),
                    loaded);
        } finally {
            servers.dropDatabase(name);
        }
    }

    /** Returns when so many messages got to the end of this contender's way. */
    private static void await(BenchServers servers, Contender contender, long messages, JavaProcess process)
            throws IOException, InterruptedException {
        if (contender.relays()) {
            servers.await(contender + APPLIED, messages, process);
        } else {
            servers.awaitCommitted(contender.toString(), messages, process);
        }
    }

    /** Everybody got the same orders. */
    private void requireSame(String found, Contender contender) {
        if (content == null) {
            content = found;
        }
        if (!content.equals(found)) {
            throw new IllegalStateException("The orders that %s stored are others than those of the first: %s, not %s"
                    .formatted(contender, found, content));
        }
    }

    private void backlog(BenchServers servers, Contender contender, String name) {
        progress.accept("A backlog for " + contender + " ...");
        inflow.backlog(servers, name, Inflow.BACKLOG, size.messages);
    }

    static Map<String, CpuClock> clocks(BenchServers servers, JavaProcess contender) {
        Map<String, CpuClock> clocks = new LinkedHashMap<>();
        clocks.put("contender", new CpuClock(contender.pid()));
        clocks.putAll(servers.clocks());
        return clocks;
    }

    static Path written(Map<String, String> settings, Path file) throws IOException {
        var properties = new Properties();
        properties.putAll(settings);
        try (var writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    static Drained drained(CpuSamples cpu, Times through, long last) {
        return drained(cpu, through, through.first(), last);
    }

    private static Drained drained(CpuSamples cpu, Times through, long first, long last) {
        int measured = through.after(first);
        Map<String, Double> each = new LinkedHashMap<>();
        cpu.used(first, last).forEach((process, micros) -> each.put(process, tenths(micros / measured)));
        return new Drained(
                Math.round(measured * 1e6 / (last - first)),
                each,
                tenths(each.values().stream().mapToDouble(Double::doubleValue).sum()));
    }

    private static Start start(long started, OptionalLong ready, Times through) {
        return new Start(
                ready.isPresent() ? millis(ready.getAsLong() - started) : null,
                millis(through.first() - started),
                through.fullSpeed().isPresent() ? millis(through.fullSpeed().getAsLong() - started) : null);
    }

    private static long millis(long micros) {
        return micros / 1000;
    }

    static double tenths(double value) {
        return Math.round(10 * value) / 10.0;
    }
}

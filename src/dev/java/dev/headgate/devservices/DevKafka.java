package dev.headgate.devservices;

import static java.util.Map.entry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka node in KRaft mode, broker and controller in one, inside this JVM, on loopback.
 *
 * <p>The directory is created and formatted if it is new, reused if it holds a formatted log, and never deleted. Topics
 * are not created by being used. Records up to 10 MB are accepted.
 *
 * <p>Thread-safe; starting and stopping exclude each other.
 */
public final class DevKafka implements AutoCloseable {
    private static final int NODE = 1;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** Fixed, so that a directory formatted by an earlier process is recognised. */
    private static final String CLUSTER = "SGVhZGdhdGVEZXZLYWZrYQ";

    private final Path directory;
    private final int brokerPort;
    private final int controllerPort;
    private final Map<String, String> own;
    private @Nullable KafkaRaftServer server;

    private DevKafka(Path directory, int brokerPort, int controllerPort, Map<String, String> own) {
        this.directory = directory.toAbsolutePath();
        this.brokerPort = brokerPort;
        this.controllerPort = controllerPort;
        this.own = own;
    }

    /** Starts on free ports; returns when the broker serves requests. */
    public static DevKafka start(Path directory) {
        return start(directory, FreePort.find());
    }

    /** Starts with the broker on the given port; returns when it serves requests. */
    public static DevKafka start(Path directory, int brokerPort) {
        return start(directory, brokerPort, Map.of());
    }

    /** Starts on free ports, with settings of the broker that come before those which it has here. */
    public static DevKafka start(Path directory, Map<String, String> settings) {
        return start(directory, FreePort.find(), settings);
    }

    private static DevKafka start(Path directory, int brokerPort, Map<String, String> settings) {
        return start(directory, brokerPort, FreePort.find(), settings);
    }

    /** The settings may make it one of several nodes. */
    static DevKafka start(Path directory, int brokerPort, int controllerPort, Map<String, String> settings) {
        var kafka = new DevKafka(directory, brokerPort, controllerPort, settings);
        kafka.restart();
        return kafka;
    }

    /** Starts again on the same directory and ports, stopping first if it runs. */
    public synchronized void restart() {
        stop();
        format();
        var started = new KafkaRaftServer(KafkaConfig.fromProps(settings(), false), Time.SYSTEM);
        server = started;
        started.startup();
    }

    /** Stops in order: clients see a closed connection, what was acknowledged stays. Does nothing if it is stopped. */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        server.shutdown();
        server.awaitShutdown();
        server = null;
    }

    /**
     * Creates a topic; fails if it exists. Returns when each partition is led: what is sent to one that is not yet may be
     * refused, and what is sent behind that accepted, which no producer recovers from (KAFKA-15591).
     */
    public void createTopic(String name, int partitions, Map<String, String> config) {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            createTopic(admin, name, partitions, config);
        }
    }

    /** With as many replicas as the brokers' default; returns when each partition has a leader that takes records. */
    public static void createTopic(Admin admin, String name, int partitions, Map<String, String> config) {
        try {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config)))
                    .all()
                    .get();
            awaitLeaders(admin, name, partitions);
        } catch (ExecutionException failure) {
            throw new IllegalStateException("Topic " + name + " was not created", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating topic " + name, interrupted);
        }
    }

    /** Only a leader answers; that a broker has not heard of the topic yet is an answer, too. */
    private static void awaitLeaders(Admin admin, String name, int partitions)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = IntStream.range(0, partitions)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(name, partition), partition -> OffsetSpec.latest()));
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof RetriableException) || System.nanoTime() > deadline) {
                    throw failure;
                }
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    @Override
    public void close() {
        stop();
    }

    private void format() {
        int node = Integer.parseInt(settings().getProperty("node.id"));
        var report = new ByteArrayOutputStream();
        try {
            Files.createDirectories(directory);
            new Formatter()
                    .setClusterId(CLUSTER)
                    .setNodeId(node)
                    .setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setIgnoreFormatted(true)
                    .setPrintStream(new PrintStream(report, true, StandardCharsets.UTF_8))
                    .run();
        } catch (IOException failure) {
            throw new UncheckedIOException("Kafka directory " + directory + " cannot be written", failure);
        } catch (Exception failure) {
            throw new IllegalStateException(
                    "Kafka directory " + directory + " was not formatted: " + report.toString(StandardCharsets.UTF_8),
                    failure);
        }
    }

    private Properties settings() {
        var settings = new Properties();
        String loopback = "//127.0.0.1:";
        settings.putAll(Map.ofEntries(
                entry("process.roles", "broker,controller"),
                entry("node.id", String.valueOf(NODE)),
                entry("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort),
                entry("listeners", "PLAINTEXT:" + loopback + brokerPort + ",CONTROLLER:" + loopback + controllerPort),
                entry("advertised.listeners", "PLAINTEXT:" + loopback + brokerPort),
                entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                entry("inter.broker.listener.name", "PLAINTEXT"),
                entry("controller.listener.names", "CONTROLLER"),
                entry("log.dirs", directory.toString())));
        settings.putAll(Map.of(
                "auto.create.topics.enable", "false",
                "message.max.bytes", "10485760",
                "replica.fetch.max.bytes", "10485760",
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "4",
                "group.initial.rebalance.delay.ms", "0",
                // The default of 128 MB is taken from this JVM's heap at once.
                "log.cleaner.dedupe.buffer.size", "4194304"));
        settings.putAll(own);
        return settings;
    }
}

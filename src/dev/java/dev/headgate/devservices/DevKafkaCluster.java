package dev.headgate.devservices;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Three Kafka nodes, each broker and controller in one and a process of its own, on loopback. Topics have three replicas,
 * of which two must have what is acknowledged; what one that is killed has led is led by another after four seconds.
 *
 * <p>Data and logs go below the directory, which is created and never deleted. The processes end with this one. Thread-safe;
 * what is done to one node excludes what else is done to it.
 */
public final class DevKafkaCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final long BETWEEN_MILLIS = 100;
    /** The first Java version that can by itself. */
    private static final int SHARES_CLASSES = 19;

    /** Small, and soon at speed: each lives for minutes at most, beside many others. */
    private static final List<String> JAVA_OPTIONS = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError");

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("default.replication.factor", "3"),
            Map.entry("min.insync.replicas", "2"),
            Map.entry("offsets.topic.replication.factor", "3"),
            Map.entry("transaction.state.log.replication.factor", "3"),
            Map.entry("transaction.state.log.min.isr", "2"),
            // After this without a heartbeat what a broker leads is led by another.
            Map.entry("broker.session.timeout.ms", "4000"),
            Map.entry("broker.heartbeat.interval.ms", "500"),
            Map.entry("leader.imbalance.check.interval.seconds", "10"),
            Map.entry("server.max.startup.time.ms", "120000"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "2"),
            Map.entry("background.threads", "2"));

    private final List<Node> nodes;
    private final Thread atExit = new Thread(this::killAll, "dev-kafka-cluster-kill");

    private DevKafkaCluster(List<Node> nodes) {
        this.nodes = nodes;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts on free ports; returns when all brokers serve requests. */
    public static DevKafkaCluster start(Path directory) {
        List<Integer> controllers =
                IntStream.range(0, NODES).mapToObj(node -> FreePort.find()).toList();
        String voters = IntStream.range(0, NODES)
                .mapToObj(node -> (node + 1) + "@127.0.0.1:" + controllers.get(node))
                .collect(Collectors.joining(","));
        List<Node> nodes = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            nodes.add(new Node(directory, node + 1, FreePort.find(), controllers.get(node), voters));
        }
        var cluster = new DevKafkaCluster(nodes);
        try {
            cluster.restart(cluster.nodes());
        } catch (RuntimeException failure) {
            cluster.close();
            throw failure;
        }
        return cluster;
    }

    /** What the nodes are called. */
    public List<Integer> nodes() {
        return nodes.stream().map(node -> node.id).toList();
    }

    public String bootstrapServers() {
        return nodes.stream().map(node -> "127.0.0.1:" + node.brokerPort).collect(Collectors.joining(","));
    }

    /** Creates a topic; fails if it exists. Returns when each partition is led. */
    public void createTopic(String name, int partitions, Map<String, String> config) {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            DevKafka.createTopic(admin, name, partitions, config);
        }
    }

    /** Starts nodes that do not run, at once; returns when they serve requests, which takes two of three. */
    public void restart(List<Integer> ids) {
        ids.forEach(id -> node(id).launch());
        ids.forEach(id -> node(id).awaitStarted());
    }

    /** Lets a node stop in order, so that others lead what it has led. */
    public void stop(int id) {
        node(id).stop();
    }

    /** Ends a node without giving it time for anything. */
    public void kill(int id) {
        node(id).kill();
    }

    /** The process id of a node that runs. */
    public long pid(int id) {
        return node(id).pid();
    }

    /**
     * Returns when all replicas of all topics have what is acknowledged.
     *
     * @throws IllegalStateException if that does not come
     */
    public void awaitInSync() throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            while (!inSync(admin)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Replicas of the Kafka cluster stay out of sync");
                }
                Thread.sleep(BETWEEN_MILLIS);
            }
        }
    }

    private static boolean inSync(Admin admin) throws InterruptedException {
        try {
            return admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == NODES);
        } catch (ExecutionException away) {
            return false;
        }
    }

    /** Kills the nodes: nobody needs them any more. */
    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void killAll() {
        nodes.forEach(Node::kill);
    }

    private Node node(int id) {
        return nodes.get(id - 1);
    }

    private static final class Node {
        private final int id;
        private final int brokerPort;
        private final List<String> command = new ArrayList<>();
        private final Path directory;
        private final Path log;
        private volatile @Nullable Process process;

        Node(Path directory, int id, int brokerPort, int controllerPort, String voters) {
            this.directory = directory;
            this.id = id;
            this.brokerPort = brokerPort;
            this.log = directory.resolve("node-" + id + ".log");
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(JAVA_OPTIONS);
            if (Runtime.version().feature() >= SHARES_CLASSES) {
                // The first one that stops in order leaves what it has loaded for those that start after it.
                command.add("-XX:+AutoCreateSharedArchive");
                command.add("-XX:SharedArchiveFile=" + directory.resolve("node.jsa"));
                command.add(Runtime.version().feature() >= 25 ? "-Xlog:cds*=off,aot*=off" : "-Xlog:cds*=off");
            }
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    DevKafkaNode.class.getName(),
                    directory.resolve("node-" + id).toString(),
                    String.valueOf(brokerPort),
                    String.valueOf(controllerPort),
                    "node.id=" + id,
                    "controller.quorum.voters=" + voters));
            SETTINGS.forEach((name, value) -> command.add(name + "=" + value));
        }

        synchronized void launch() {
            Process earlier = process;
            if (earlier != null && earlier.isAlive()) {
                throw new IllegalStateException("Node " + id + " of the Kafka cluster runs already");
            }
            try {
                Files.createDirectories(directory);
                process = new ProcessBuilder(command)
                        .redirectError(Redirect.appendTo(log.toFile()))
                        .start();
            } catch (IOException failure) {
                throw new UncheckedIOException("Node " + id + " of the Kafka cluster cannot be started", failure);
            }
        }

        /** It says something then. */
        synchronized void awaitStarted() {
            try {
                if (running().getInputStream().read() < 0) {
                    throw new IllegalStateException(
                            "Node %d of the Kafka cluster did not start: %s says why".formatted(id, log));
                }
            } catch (IOException failure) {
                throw new UncheckedIOException("Node " + id + " of the Kafka cluster says nothing", failure);
            }
        }

        synchronized void stop() {
            Process stopping = running();
            // By its handle: the process itself would also close what it reads from.
            stopping.toHandle().destroy();
            try {
                if (!stopping.waitFor(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS)) {
                    kill();
                    throw new IllegalStateException("Node %d of the Kafka cluster did not stop within %d s: see %s"
                            .formatted(id, LONGEST_WAIT.toSeconds(), log));
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "Interrupted while a node of the Kafka cluster was stopping", interrupted);
            }
        }

        /** Not synchronized: also one that is awaited. */
        void kill() {
            Process killed = process;
            if (killed != null) {
                killed.destroyForcibly().onExit().join();
            }
        }

        synchronized long pid() {
            return running().pid();
        }

        private Process running() {
            Process running = process;
            if (running == null) {
                throw new IllegalStateException("Node " + id + " of the Kafka cluster was not started");
            }
            return running;
        }
    }
}

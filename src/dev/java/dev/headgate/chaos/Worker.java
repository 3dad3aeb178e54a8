package dev.headgate.chaos;

import dev.headgate.cli.Main;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One place for a {@code headgate run --watch} in a JVM of its own, by the launcher if that has started this JVM: whoever
 * is in it has the same settings and adds to the same log. Thread-safe.
 */
final class Worker {

    /** In place of the exit code of one that did not end when it was asked to. */
    static final String ENDLESS = "none";

    private static final long LONGEST_STOP_SECONDS = 90;

    private final String name;
    private final Path routes;
    private final Path config;
    private final Path log;
    private @Nullable Process process;
    private boolean wanted;

    Worker(String name, Path directory, Path routes, Map<String, String> settings) throws IOException {
        this.name = name;
        this.routes = routes;
        this.config = directory.resolve(name + ".properties");
        this.log = directory.resolve(name + ".log");
        Properties properties = new Properties();
        properties.putAll(settings);
        try (Writer writer = Files.newBufferedWriter(config)) {
            properties.store(writer, null);
        }
    }

    /** Also what its sessions at the database are called. */
    String name() {
        return name;
    }

    /** Returns when there is a process; it takes seconds until that has partitions. */
    void start() throws IOException {
        start(Map.of());
    }

    /** @param environment what it has besides that of this process */
    synchronized void start(Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>();
        String home = System.getProperty("headgate.home");
        if (home == null) {
            // Such a JVM lives for seconds: what counts is a quick start.
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName()));
        } else {
            command.add(Path.of(home, "headgate").toString());
        }
        command.addAll(List.of("run", "--watch", "--routes", routes.toString(), "--config", config.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        if (home != null) {
            // The launcher is not to learn from one that is harmed.
            builder.environment().putIfAbsent("HEADGATE_LEARN", "");
            builder.environment().putIfAbsent("HEADGATE_JAVA_OPTS", "-Xmx512m");
        }
        process = builder.start();
        wanted = true;
    }

    /** SIGKILL; returns when it is gone. */
    synchronized void kill() throws InterruptedException {
        wanted = false;
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** SIGTERM; returns its exit code, or {@link #ENDLESS} after SIGKILL. */
    synchronized String terminate() throws InterruptedException {
        wanted = false;
        Process running = Objects.requireNonNull(process);
        running.destroy();
        if (!running.waitFor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor();
            return ENDLESS;
        }
        return String.valueOf(running.exitValue());
    }

    /** SIGSTOP: it stands still, and its connections stay open. */
    synchronized void freeze() {
        if (process != null && process.isAlive()) {
            FrozenProcess.freeze(process.pid());
        }
    }

    /** SIGCONT. */
    synchronized void thaw() {
        if (process != null && process.isAlive()) {
            FrozenProcess.thaw(process.pid());
        }
    }

    /** The exit code of one that has ended although nobody has ended it; empty text if none has. */
    synchronized String endedByItself() {
        return wanted && process != null && !process.isAlive() ? String.valueOf(process.exitValue()) : "";
    }
}

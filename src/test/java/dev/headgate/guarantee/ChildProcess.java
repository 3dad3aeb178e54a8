package dev.headgate.guarantee;

import dev.headgate.chaos.FrozenProcess;
import dev.headgate.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A Headgate in a JVM of its own, with the class path of the tests; killed when closed. Its output stays in target/. */
final class ChildProcess implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Process process;
    private final Path output;

    private ChildProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** {@code headgate run} with the shipped routes. */
    static ChildProcess run(Pipeline pipeline, Map<String, String> overrides) {
        return run(pipeline, Pipeline.ROUTES, overrides);
    }

    /** {@code headgate run} with routes that a test has changed. */
    static ChildProcess run(Pipeline pipeline, Path routes, Map<String, String> overrides) {
        return start(Main.class, pipeline, overrides, "run", "--routes", routes.toString(), "--config");
    }

    /** {@code headgate run} with the shipped routes and a heap such as {@code 256m}. */
    static ChildProcess run(Pipeline pipeline, String heap, Map<String, String> overrides) {
        return start(Main.class, pipeline, heap, overrides, "run", "--routes", Pipeline.ROUTES.toString(), "--config");
    }

    /** Any command, without its {@code --config}, and a heap such as {@code 64m}. */
    static ChildProcess command(Pipeline pipeline, String heap, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--config");
        return start(Main.class, pipeline, heap, Map.of(), all.toArray(String[]::new));
    }

    /** Any main class; the file with the pipeline's properties is its last argument. */
    static ChildProcess start(Class<?> main, Pipeline pipeline, Map<String, String> overrides, String... arguments) {
        return start(main, pipeline, "512m", overrides, arguments);
    }

    private static ChildProcess start(
            Class<?> main, Pipeline pipeline, String heap, Map<String, String> overrides, String... arguments) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "guarantee"));
            String name = pipeline.name + "-" + NUMBER.incrementAndGet();
            Path output = folder.resolve(name + ".log");
            Path config = folder.resolve(name + ".properties");
            Properties properties = new Properties();
            properties.putAll(pipeline.properties());
            properties.putAll(overrides);
            try (Writer writer = Files.newBufferedWriter(config)) {
                properties.store(writer, null);
            }
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx" + heap,
                    "-XX:+ExitOnOutOfMemoryError",
                    "-cp",
                    System.getProperty("java.class.path"),
                    main.getName()));
            if (main == Main.class) {
                // It lives for seconds: what counts is a quick start. And it logs as the product does.
                command.addAll(
                        command.size() - 1,
                        List.of(
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Dlog4j2.configurationFile=src/main/resources/log4j2.xml"));
            } else {
                // As the launcher starts the product.
                command.add(command.size() - 1, "-XX:+UseParallelGC");
            }
            command.addAll(List.of(arguments));
            command.add(config.toString());
            return new ChildProcess(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start(),
                    output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() {
        process.destroyForcibly();
        exitCode(Duration.ofSeconds(30));
    }

    /** SIGSTOP: it stands still, and its connections stay open. */
    void freeze() {
        FrozenProcess.freeze(process.pid());
    }

    void thaw() {
        FrozenProcess.thaw(process.pid());
    }

    /** SIGTERM; returns at once. */
    void signal() {
        process.toHandle().destroy();
    }

    /** SIGTERM; returns the exit code. */
    int terminate(Duration atMost) {
        signal();
        return exitCode(atMost);
    }

    /** Ends its standard input; returns the exit code. */
    int finish(Duration atMost) {
        try {
            process.getOutputStream().close();
            return exitCode(atMost);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    private int exitCode(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("The process still runs after " + atMost + ":\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

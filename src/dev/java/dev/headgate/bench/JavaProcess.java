package dev.headgate.bench;

import dev.headgate.cli.Main;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own, with the options that the launcher gave to this one. What it says on standard error goes to a file.
 * It is killed if it does not stop within a minute of being closed. Used by one thread.
 */
final class JavaProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    private final Process process;
    private final Path log;
    private final long startedAt = Times.now();

    private final Thread atExit;

    private JavaProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.atExit = new Thread(process::destroy);
    }

    /** Headgate as it is shipped, by its launcher if that has started this JVM. Stopped by SIGTERM. */
    static JavaProcess shipped(Path log, List<String> arguments) throws IOException {
        String home = System.getProperty("headgate.home");
        List<String> command = home == null
                ? java(ownClassPath(), Main.class.getName())
                : new ArrayList<>(List.of(Path.of(home, "headgate").toString()));
        command.addAll(arguments);
        JavaProcess started = start(command, log);
        // The others notice by themselves that this JVM is gone.
        Runtime.getRuntime().addShutdownHook(started.atExit);
        return started;
    }

    /** With the class path of this JVM. Stopped by the end of its standard input. */
    static JavaProcess development(Path log, Class<?> main, List<String> arguments) throws IOException {
        List<String> command = java(ownClassPath(), main.getName());
        command.addAll(arguments);
        return start(command, log);
    }

    /**
     * With the class path of a peer, which the launcher builds for those who ask. Stopped by the end of its standard input.
     */
    static JavaProcess peer(Path log, String name, Path config) throws IOException {
        Path library = Path.of(System.getProperty("headgate.home", ""), "target", "peers", name, "lib");
        if (!Files.isDirectory(library)) {
            throw new IllegalStateException(
                    "The peer " + name + " is not built: " + library
                            + " is missing. Run ./headgate bench of a checkout with --peers, or mvn -f src/bench/peers package.");
        }
        List<String> command = java(library + "/*", "dev.headgate.peers." + name + ".Peer");
        command.add(config.toString());
        return start(command, log);
    }

    private static List<String> java(String classPath, String main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        command.addAll(List.of("-cp", classPath, main));
        return command;
    }

    private static JavaProcess start(List<String> command, Path log) throws IOException {
        ProcessBuilder process = new ProcessBuilder(command).redirectError(Redirect.to(log.toFile()));
        if (command.get(0).endsWith("headgate")) {
            // The launcher is not to learn while it is measured.
            process.environment().putIfAbsent("HEADGATE_LEARN", "");
        }
        return new JavaProcess(process.start(), log);
    }

    /** As the launcher chose them. */
    static List<String> options() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-javaagent"))
                .toList();
    }

    private static String ownClassPath() {
        return System.getProperty("java.class.path");
    }

    long pid() {
        return process.pid();
    }

    /** In microseconds since 1970. */
    long startedAt() {
        return startedAt;
    }

    InputStream output() {
        return process.getInputStream();
    }

    /** @throws IllegalStateException if it has ended, with the end of what it said */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            List<String> said = Files.readAllLines(log);
            throw new IllegalStateException("A process of the benchmark has ended with exit code " + process.exitValue()
                    + ":\n" + String.join("\n", said.subList(Math.max(0, said.size() - 20), said.size())));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            process.getOutputStream().close();
            if (Runtime.getRuntime().removeShutdownHook(atExit)) {
                process.destroy();
            }
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

package dev.headgate.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.stream.Stream;

/** Stops a process and its children from doing anything, while their connections stay open. */
public final class FrozenProcess {

    private FrozenProcess() {}

    /** The parent is stopped first, so that no child is born meanwhile. */
    public static void freeze(long pid) {
        ProcessHandle parent = ProcessHandle.of(pid).orElseThrow();
        signal("-STOP", Stream.of(parent));
        signal("-STOP", parent.descendants());
    }

    public static void thaw(long pid) {
        ProcessHandle parent = ProcessHandle.of(pid).orElseThrow();
        signal("-CONT", Stream.concat(parent.descendants(), Stream.of(parent)));
    }

    private static void signal(String name, Stream<ProcessHandle> processes) {
        List<String> pids =
                processes.map(process -> String.valueOf(process.pid())).toList();
        try {
            new ProcessBuilder(Stream.concat(Stream.of("kill", name), pids.stream())
                            .toList())
                    .redirectError(Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

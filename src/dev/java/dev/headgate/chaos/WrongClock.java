package dev.headgate.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process whose clock does not show the time: by the library of faketime, where it is installed. What measures durations
 * goes on as ever, as on a machine whose clock is set wrong.
 */
final class WrongClock {

    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/lib"), Path.of("/usr/local/lib"), Path.of("/usr/lib64"));

    /** It is in a folder of the machine's architecture on some systems. */
    private static final int DEPTH = 3;

    private static final Optional<Path> LIBRARY =
            FOLDERS.stream().flatMap(WrongClock::libraries).findFirst();

    private WrongClock() {}

    /** Whether this machine can give a process one. */
    static boolean isPossible() {
        return LIBRARY.isPresent();
    }

    /**
     * The environment of a process that has one.
     *
     * @param offset in the form of faketime, such as {@code +1h}
     */
    static Map<String, String> environment(String offset) {
        return Map.of(
                "LD_PRELOAD",
                LIBRARY.orElseThrow().toString(),
                "FAKETIME",
                offset,
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                // The same in its earlier versions.
                "DONT_FAKE_MONOTONIC",
                "1");
    }

    private static Stream<Path> libraries(Path folder) {
        try (Stream<Path> files = Files.isDirectory(folder)
                ? Files.find(folder, DEPTH, (file, type) -> file.endsWith("faketime/libfaketimeMT.so.1"))
                : Stream.empty()) {
            return files.toList().stream();
        } catch (IOException | UncheckedIOException unreadable) {
            return Stream.empty();
        }
    }
}

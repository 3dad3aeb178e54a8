package dev.headgate.guarantee;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system in memory of a few megabytes, to be filled up and emptied. Needs root, who may mount. */
final class SmallDisk implements AutoCloseable {

    private static final int CHUNK = 8 * 1024;

    private final Path mountPoint;
    private final Path filler;

    private SmallDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
        this.filler = mountPoint.resolve("filler");
    }

    /** Null if this machine does not let the test mount one. */
    static SmallDisk mount(int megabytes) {
        try {
            Path mountPoint = Files.createTempDirectory("headgate-small-disk");
            String options = "mode=755,size=" + megabytes + "m";
            boolean mounted = run(List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", mountPoint.toString()));
            return mounted ? new SmallDisk(mountPoint) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return mountPoint;
    }

    /** Takes all that is left. */
    void fill() {
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(new byte[CHUNK]);
            }
        } catch (IOException full) {
            // as intended
        }
    }

    void empty() {
        try {
            Files.deleteIfExists(filler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        run(List.of("umount", mountPoint.toString()));
    }

    private static boolean run(List<String> command) {
        try {
            return new ProcessBuilder(command)
                            .redirectError(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

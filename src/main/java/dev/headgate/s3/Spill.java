package dev.headgate.s3;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that stay in memory while they are few and go to a temporary file when they are not. Not thread-safe. Whoever made
 * it must {@link #delete} it.
 */
final class Spill extends OutputStream {

    /** Says whose a file is that a killed process has left. */
    private static final String PREFIX =
            "headgate-object-" + ProcessHandle.current().pid() + "-";

    private final int mostInMemory;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private @Nullable OutputStream toFile;
    private long size;

    /** @param mostInMemory with more bytes than this, all are in the file */
    Spill(int mostInMemory) {
        this.mostInMemory = mostInMemory;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        size += length;
        if (toFile == null && size > mostInMemory) {
            file = Files.createTempFile(PREFIX, ".tmp");
            toFile = new BufferedOutputStream(Files.newOutputStream(file), 64 * 1024);
            memory.writeTo(toFile);
            memory.reset();
        }
        (toFile == null ? memory : toFile).write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (toFile != null) {
            toFile.close();
        }
    }

    long size() {
        return size;
    }

    /** After closing: a {@code byte[]}, or the {@link File}, either of which can be read again by a client that retries. */
    Object content() {
        return file == null ? memory.toByteArray() : file.toFile();
    }

    /** Lets go of the bytes, written or not. */
    void delete() {
        try {
            close();
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException ignored) {
            // It lies in the folder for temporary files, which the operating system clears.
        }
    }
}

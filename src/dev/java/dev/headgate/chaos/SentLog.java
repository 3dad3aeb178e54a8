package dev.headgate.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file with a line for each message that the source has taken: what the account is made from. Thread-safe. */
final class SentLog implements AutoCloseable {

    /** More than any topic of a run has offsets. */
    private static final long LIFE = 1_000_000_000_000L;

    private final Path file;
    private final BufferedWriter writer;
    private long count;
    private long life;

    SentLog(Path file) throws IOException {
        this.file = file;
        this.writer = Files.newBufferedWriter(file);
    }

    /** The topic has been made again: what is sent from now on is behind all that was, though its offsets begin again. */
    synchronized void madeAgain() {
        life++;
    }

    /**
     * Fields are separated by tabs, as {@code copy} reads them; ids and keys of chaos hold none.
     *
     * @param partition null if the source has none, and no order
     */
    synchronized void sent(Message message, @Nullable Integer partition, long offset) {
        try {
            writer.write(message.id()
                    + '\t'
                    + (message.key() == null ? "\\N" : message.key())
                    + '\t'
                    + message.version()
                    + '\t'
                    + message.poison()
                    + '\t'
                    + (partition == null ? "\\N" : partition)
                    + '\t'
                    + (life * LIFE + offset)
                    + '\n');
            count++;
        } catch (IOException failure) {
            throw new UncheckedIOException("What was sent cannot be written down in " + file, failure);
        }
    }

    synchronized long count() {
        return count;
    }

    /** Closed; to be read. */
    Path file() {
        return file;
    }

    @Override
    public synchronized void close() throws IOException {
        writer.close();
    }
}

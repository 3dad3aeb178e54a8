package dev.headgate.guarantee;

import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** One embedded PostgreSQL and one Kafka for all tests of this JVM; each test uses a database and topics of its own. */
public final class Servers {

    public static final DevPostgres POSTGRES;
    public static final DevKafka KAFKA;

    static {
        try {
            Path directory = Files.createTempDirectory("headgate-test");
            POSTGRES = DevPostgres.start(Files.createDirectory(directory.resolve("postgres")));
            KAFKA = DevKafka.start(Files.createDirectory(directory.resolve("kafka")));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                KAFKA.close();
                POSTGRES.close();
                delete(directory);
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Servers() {}

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException ignored) {
            // the operating system clears its temporary folder
        }
    }
}

package dev.headgate.guarantee;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The shipped routes with one more option on {@code from: batch:orders}. */
final class RoutesFolder {

    private static final String CONSUMER = "      uri: batch:orders\n      steps:\n";

    private RoutesFolder() {}

    static void copy(Path to, String option) throws IOException {
        try (Stream<Path> files = Files.walk(Pipeline.ROUTES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(Pipeline.ROUTES.relativize(file));
                Files.createDirectories(copy.getParent());
                String text = Files.readString(file);
                Files.writeString(copy, text.replace(CONSUMER, "      parameters: { " + option + " }\n" + CONSUMER));
            }
        }
    }
}

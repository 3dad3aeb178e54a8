package dev.headgate.guarantee;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/** The shipped routes with what a test adds to them. */
final class RoutesFolder {

    private static final String CONSUMER = "      uri: batch:orders\n      parameters:\n";

    private static final String SOURCE = "    from:\n      uri: kafka:";
    private static final String ERROR_HANDLER = """
                errorHandler:
                  deadLetterChannel:
                    deadLetterUri: batch:orders?deadLetter=true
                    deadLetterHandleNewException: false
                    useOriginalMessage: true
            """;

    /** A relay to a webhook, whose path is its secret, with a credential. */
    private static final String WEBHOOK = """
            - route:
                id: hooks-relay
                from:
                  uri: outbox:hooks
                  parameters: { concurrency: 8 }
                  steps:
                    - setHeader: { name: Authorization, constant: "Bearer {{hooks.bearer}}" }
                    - to: { id: hooks-send, uri: "{{hooks.url}}", parameters: { httpMethod: POST } }
            """;

    private RoutesFolder() {}

    /** The shipped routes and a relay to the webhook {@code {{hooks.url}}}, with the token {@code {{hooks.bearer}}}. */
    static Path withWebhook(Path to) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, to);
        Files.writeString(to.resolve("hooks.camel.yaml"), WEBHOOK);
        return to;
    }

    /** The shipped routes, whose relay may send an entry again. */
    static void withoutExactlyOnce(Path to) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, to);
        Path relay = to.resolve("outbox-relay.camel.yaml");
        Files.writeString(relay, Files.readString(relay).replace("      parameters: { exactlyOnce: true }\n", ""));
    }

    /** The shipped YAML with an error handler of the source's route. */
    static String withErrorHandler(String yaml) {
        return yaml.replace(SOURCE, ERROR_HANDLER + SOURCE);
    }

    /** With one more option on {@code from: batch:orders}. */
    static void copy(Path to, String option) throws IOException {
        try (Stream<Path> files = Files.walk(Pipeline.ROUTES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(Pipeline.ROUTES.relativize(file));
                Files.createDirectories(copy.getParent());
                String text = Files.readString(file);
                String changed = text.replace(CONSUMER, CONSUMER + "        " + option + "\n");
                if (changed.equals(text) && file.endsWith("orders.camel.yaml")) {
                    throw new IllegalStateException(file + " does not have the lines that a test changes: " + CONSUMER);
                }
                Files.writeString(copy, changed);
            }
        }
    }
}

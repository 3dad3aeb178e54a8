package dev.headgate.rehearsal;

import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message for a pipeline.
 *
 * @param key of Kafka, or the group of SQS; null for none
 * @param headers as text
 * @param payload null for a tombstone
 * @param meant whether the payload is JSON that says what the message means: where the pipeline decodes by a schema file, it
 *     is encoded by that
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Input(@Nullable String key, Map<String, String> headers, byte @Nullable [] payload, boolean meant) {

    /** One that is sent as it is. */
    public Input(@Nullable String key, Map<String, String> headers, byte @Nullable [] payload) {
        this(key, headers, payload, false);
    }

    /** Each line of a file is a payload, or what one means. */
    public static List<Input> lines(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .map(line -> new Input(null, Map.of(), line.getBytes(StandardCharsets.UTF_8), true))
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The input %s cannot be read (%s): name a file with one message a line.".formatted(file, e), e);
        }
    }

    /** As it is shown: one line, not too long. */
    String text() {
        if (payload == null) {
            return key + ", without a payload";
        }
        String text = new String(payload, StandardCharsets.UTF_8).replaceAll("\\s*\\R\\s*", " ");
        return text.length() <= 160 ? text : text.substring(0, 160) + "…";
    }
}

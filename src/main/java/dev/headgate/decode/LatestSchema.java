package dev.headgate.decode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.failure.OutageException;
import dev.headgate.failure.RejectedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest schema of a subject. It is asked for once a minute at most, and besides when a message does not fit it: one is
 * refused only by what was the latest when it came. While the registry is away, what is known goes on being used, and what
 * does not fit that waits.
 */
final class LatestSchema implements EncodeSchema.Origin {

    private static final Logger LOG = LoggerFactory.getLogger(LatestSchema.class);
    private static final long KEPT = Duration.ofMinutes(1).toNanos();

    private final RegistryClient client;
    private final SchemaLanguage language;
    private final String subject;
    private final @Nullable String message;
    private @Nullable EncodeSchema schema;
    private long asked;
    private long due;

    /** @param message of a Protobuf schema; null for the only one */
    LatestSchema(RegistryClient client, SchemaLanguage language, String subject, @Nullable String message) {
        this.client = client;
        this.language = language;
        this.subject = subject;
        this.message = message;
    }

    @Override
    public synchronized EncodeSchema known() {
        if (schema == null) {
            return ask();
        }
        if (System.nanoTime() - due >= 0) {
            due = System.nanoTime() + KEPT;
            try {
                return ask();
            } catch (OutageException e) {
                LOG.warn("Going on with the schema of {} that is known: {}", subject, e.getMessage());
            }
        }
        return schema;
    }

    @Override
    public synchronized EncodeSchema since(long nanos) {
        return schema != null && asked - nanos > 0 ? schema : ask();
    }

    private EncodeSchema ask() {
        long begun = System.nanoTime();
        JsonNode answer = client.latest(subject);
        JsonNode id = answer.path("id");
        if (!id.isInt() || id.intValue() < 0) {
            throw client.outage("", "answers without the id of the latest schema of " + subject);
        }
        if (schema == null || schema.id() != id.intValue()) {
            schema = new EncodeSchema(id.intValue(), encoder(answer));
        }
        asked = begun;
        due = begun + KEPT;
        return schema;
    }

    /** What is wrong with a schema is no fault of the messages, and the next one may be right. */
    private Encoder encoder(JsonNode answer) {
        try {
            return language.encoder(client.texts(answer, language), message);
        } catch (OutageException e) {
            throw e;
        } catch (RejectedException e) {
            throw client.outage("", "the latest schema of %s: %s".formatted(subject, e.getMessage()));
        } catch (RuntimeException e) {
            throw client.outage("", "the latest schema of %s is broken: %s".formatted(subject, e.getMessage()));
        }
    }
}

package dev.headgate.decode;

import dev.headgate.ConfigurationException;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.EndpointAware;
import org.apache.camel.Exchange;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.Route;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/**
 * Make Avro or Protobuf of a JSON body, with the wire format of a schema registry or without; or JSON that fits its schema.
 *
 * <p>Takes a message, or what {@code outbox:} gives: a list of messages, which become one after another what they are to be,
 * and those that do not fit are left out of the list, each with a {@link dev.headgate.failure.RejectedException} of its own.
 * A message without a body, a tombstone, goes on as it came. A registry that does not answer with a schema ends all of them
 * with a {@link dev.headgate.failure.OutageException}, and none is changed.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "encode",
        title = "Encode",
        syntax = "encode:format",
        producerOnly = true,
        remote = false,
        category = {Category.TRANSFORMATION})
public class EncodeEndpoint extends DefaultEndpoint {

    private static final String KAFKA = "kafka://";

    @UriPath(description = "What goes out.", enums = "avro,json,protobuf")
    @Metadata(required = true)
    private final String format;

    @UriParam(
            description =
                    "The address of the schema registry: messages are written by the latest schema of their subject, with"
                            + " a zero byte and the id of the schema in 4 bytes in front.")
    private @Nullable String registry;

    @UriParam(
            description =
                    "The subject whose latest schema counts. By default TOPIC-value, if the route has one kafka:TOPIC.")
    private @Nullable String subject;

    @UriParam(
            description =
                    "The schema that all messages are written by, without anything in front: a file, from the folder of the"
                            + " routes. Of Protobuf a text, .proto, or else what protoc --descriptor_set_out wrote.")
    private @Nullable String schema;

    @UriParam(description = "Which message of the Protobuf schema; needed if it has several.")
    private @Nullable String message;

    private final EncodeComponent component;

    public EncodeEndpoint(String uri, EncodeComponent component, String format) {
        super(uri, component);
        this.component = component;
        this.format = format;
    }

    /**
     * Returns if the options fit each other, and their file is what it has to be.
     *
     * @throws IllegalArgumentException that names the option
     * @throws ConfigurationException if the file is missing, or holds no such schema
     */
    void require() {
        SchemaLanguage language = language();
        if ((registry == null) == (schema == null)) {
            throw new IllegalArgumentException(
                    "encode:%s needs one of registry=URL, for the wire format of a schema registry, and schema=FILE, for"
                                    .formatted(format)
                            + " messages without it; found " + (registry == null ? "neither" : "both"));
        }
        if (subject != null && registry == null) {
            throw new IllegalArgumentException(
                    "The option subject is for encode:%s?registry=URL; remove the option".formatted(format));
        }
        if (message != null && language != SchemaLanguage.PROTOBUF) {
            throw new IllegalArgumentException("The option message is for encode:protobuf; remove the option");
        }
        if (registry != null) {
            component.client("encode", registry);
        } else {
            file(language);
        }
    }

    private SchemaLanguage language() {
        return switch (format) {
            case "avro" -> SchemaLanguage.AVRO;
            case "json" -> SchemaLanguage.JSON;
            case "protobuf" -> SchemaLanguage.PROTOBUF;
            default ->
                throw new IllegalArgumentException(
                        "Expected encode:avro, encode:json or encode:protobuf, found encode:" + format);
        };
    }

    private EncodeSchema.Origin file(SchemaLanguage language) {
        return EncodeSchema.fixed(SchemaFiles.encoder(getCamelContext(), language, String.valueOf(schema), message));
    }

    /** It works on what it is given; what it asks a registry is not the message's. */
    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public Producer createProducer() {
        return new EncodeProducer(this, schema == null ? null : file(language()));
    }

    /** By the route's topic, if the option does not say the subject. */
    EncodeSchema.Origin latest(Exchange exchange) {
        String known = subject == null ? topic(ExchangeHelper.getRoute(exchange)) + "-value" : subject;
        return new LatestSchema(component.client("encode", String.valueOf(registry)), language(), known, message);
    }

    /** What content of this format is called; null if it stays what it was. */
    @Nullable
    String contentType() {
        return format.equals("json") ? null : "application/" + format;
    }

    private String topic(@Nullable Route route) {
        Set<String> topics = new TreeSet<>();
        if (route != null) {
            collect(route.navigate(), topics);
        }
        if (topics.size() != 1) {
            throw new ConfigurationException(
                    "encode:%s takes its subject from the topic of its route, and this one has %s: say it, with the option subject."
                            .formatted(format, topics.isEmpty() ? "none" : "several, " + String.join(", ", topics)));
        }
        return topics.iterator().next();
    }

    private static void collect(@Nullable Navigate<Processor> from, Set<String> topics) {
        if (from == null || !from.hasNext()) {
            return;
        }
        for (Processor next : from.next()) {
            if (next instanceof EndpointAware aware
                    && aware.getEndpoint() != null
                    && aware.getEndpoint().getEndpointUri().startsWith(KAFKA)) {
                topics.add(aware.getEndpoint()
                        .getEndpointUri()
                        .substring(KAFKA.length())
                        .replaceFirst("(?s)\\?.*", ""));
            }
            if (next instanceof Navigate<?>) {
                @SuppressWarnings("unchecked")
                Navigate<Processor> deeper = (Navigate<Processor>) next;
                collect(deeper, topics);
            }
        }
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("encode: encodes what is sent to it; nothing comes from it");
    }

    public String getFormat() {
        return format;
    }

    public @Nullable String getRegistry() {
        return registry;
    }

    public void setRegistry(@Nullable String registry) {
        this.registry = registry;
    }

    public @Nullable String getSubject() {
        return subject;
    }

    public void setSubject(@Nullable String subject) {
        this.subject = subject;
    }

    public @Nullable String getSchema() {
        return schema;
    }

    public void setSchema(@Nullable String schema) {
        this.schema = schema;
    }

    public @Nullable String getMessage() {
        return message;
    }

    public void setMessage(@Nullable String message) {
        this.message = message;
    }
}

package dev.headgate.decode;

import dev.headgate.message.MessageLimit;
import dev.headgate.message.Payload;
import java.util.Locale;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * Make JSON of the body: of Avro or Protobuf, with the wire format of a schema registry or without, and of what is
 * compressed.
 *
 * <p>A message without a body, a tombstone, goes on as it came. One that cannot be decoded ends with a {@link
 * dev.headgate.failure.RejectedException}; a registry that does not answer, or does not know the schema yet, with a {@link
 * dev.headgate.failure.OutageException}, so that the message is delivered again.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "decode",
        title = "Decode",
        syntax = "decode:format",
        producerOnly = true,
        category = {Category.TRANSFORMATION})
public class DecodeEndpoint extends DefaultEndpoint {

    @UriPath(description = "What comes in.", enums = "avro,json,protobuf")
    @Metadata(required = true)
    private final String format;

    @UriParam(
            description =
                    "How the body is compressed: none, gzip, zstd or lz4. By default its first bytes say so, except"
                            + " that Avro and Protobuf without a registry, which may begin with any bytes, are not"
                            + " compressed.",
            enums = "none,gzip,zstd,lz4")
    private @Nullable String compression;

    @UriParam(
            description =
                    "The address of the schema registry, whose wire format the body has: a zero byte, the id of the"
                            + " schema in 4 bytes, the payload.")
    private @Nullable String registry;

    @UriParam(
            description =
                    "The schema that all messages were written with, without a wire format: a file, from the"
                            + " folder of the routes. Of Protobuf a text, .proto, or else what protoc --descriptor_set_out wrote.")
    private @Nullable String schema;

    @UriParam(description = "Which message of the Protobuf schema; needed if it has several.")
    private @Nullable String message;

    private final DecodeComponent component;

    public DecodeEndpoint(String uri, DecodeComponent component, String format) {
        super(uri, component);
        this.component = component;
        this.format = format;
    }

    /**
     * Returns if the options fit each other, and their file is what it has to be.
     *
     * @throws IllegalArgumentException that names the option
     * @throws dev.headgate.ConfigurationException if the file is missing, or holds no such schema
     */
    void require() {
        decoder();
        compression();
    }

    @Override
    public Producer createProducer() {
        MessageLimit limit = component.messageLimit();
        Growth growth = component.growth();
        Compression compressed = compression();
        Decoder decoder = decoder();
        // What came is what a dead letter keeps, and what the ledger compares, whatever error handler the route has.
        getCamelContext().setAllowUseOriginalMessage(true);
        return new DefaultProducer(this) {
            @Override
            public void process(Exchange exchange) throws Exception {
                byte[] body = Payload.mandatory(exchange.getMessage());
                if (body != null) {
                    Compression found = compressed == null ? Compression.of(body) : compressed;
                    growth.awaitRoom();
                    byte[] json = decoder.json(found.expand(body, limit), 0, limit);
                    growth.count(exchange, json.length - body.length);
                    exchange.getMessage().setBody(json);
                }
            }
        };
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("decode: decodes what is sent to it; nothing comes from it");
    }

    private Decoder decoder() {
        if (message != null && !(format.equals("protobuf") && schema != null)) {
            throw new IllegalArgumentException(
                    "The option message is for decode:protobuf?schema=FILE: with a registry each message says it; remove the option");
        }
        return switch (format) {
            case "json" -> {
                if (registry != null || schema != null) {
                    throw new IllegalArgumentException(
                            "decode:json needs neither a registry nor a schema: the payload is JSON already; remove the option");
                }
                yield (payload, start, limit) -> WireFormat.payload(payload);
            }
            case "avro" -> ofSchema(SchemaLanguage.AVRO);
            case "protobuf" -> ofSchema(SchemaLanguage.PROTOBUF);
            default ->
                throw new IllegalArgumentException(
                        "Expected decode:avro, decode:json or decode:protobuf, found decode:" + format);
        };
    }

    private Decoder ofSchema(SchemaLanguage language) {
        if (registry != null && schema == null) {
            return component.registry(language, registry);
        }
        if (registry == null && schema != null) {
            return SchemaFiles.decoder(getCamelContext(), language, schema, message);
        }
        throw new IllegalArgumentException(
                "decode:%s needs one of registry=URL, for the wire format of a schema registry, and schema=FILE, for"
                                .formatted(format)
                        + " messages without it; found " + (registry == null ? "neither" : "both"));
    }

    /** Null if each body says it. */
    private @Nullable Compression compression() {
        if (compression == null) {
            return schema == null ? null : Compression.NONE;
        }
        for (Compression known : Compression.values()) {
            if (compression.equals(known.name().toLowerCase(Locale.ROOT))) {
                return known;
            }
        }
        throw new IllegalArgumentException(
                "Expected option compression to be none, gzip, zstd or lz4, found \"" + compression + "\"");
    }

    public String getFormat() {
        return format;
    }

    public @Nullable String getCompression() {
        return compression;
    }

    public void setCompression(@Nullable String compression) {
        this.compression = compression;
    }

    public @Nullable String getRegistry() {
        return registry;
    }

    public void setRegistry(@Nullable String registry) {
        this.registry = registry;
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

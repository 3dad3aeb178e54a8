package dev.headgate.decode;

import dev.headgate.message.MessageLimit;
import dev.headgate.message.Payload;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
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
 * Make JSON of the body: of Avro or Protobuf, with the wire format of a schema registry or without, of CSV, of the data of a
 * CloudEvent, and of what is compressed.
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

    private static final String COMMA = ",";

    /** What becomes of the body of a message, which is not compressed any more, and null where there is none. */
    private interface Decoding {

        byte @Nullable [] decode(Message message, byte @Nullable [] body, MessageLimit limit);
    }

    @UriPath(description = "What comes in.", enums = "avro,cloudevents,csv,json,protobuf")
    @Metadata(required = true)
    private final String format;

    @UriParam(
            description =
                    "How the body is compressed: none, gzip, zstd or lz4. By default its first bytes say so, except"
                            + " that what may begin with any bytes, Avro and Protobuf of a schema and the data of"
                            + " CloudEvents, is not compressed.",
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

    @UriParam(
            description =
                    "The names of the fields of CSV, separated by commas. By default the first line of each message has them.")
    private @Nullable String header;

    @UriParam(description = "What is between two fields of CSV: one character.", defaultValue = COMMA)
    private String delimiter = COMMA;

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
        decoding();
        compression();
    }

    @Override
    public Producer createProducer() {
        MessageLimit limit = component.messageLimit();
        Growth growth = component.growth();
        Compression compressed = compression();
        Decoding decoding = decoding();
        // What came is what a dead letter keeps, and what the ledger compares, whatever error handler the route has.
        getCamelContext().setAllowUseOriginalMessage(true);
        return new DefaultProducer(this) {
            @Override
            public void process(Exchange exchange) throws Exception {
                Message message = exchange.getMessage();
                byte[] body = Payload.mandatory(message);
                byte[] expanded = body;
                if (body != null) {
                    Compression found = compressed == null ? Compression.of(body) : compressed;
                    growth.awaitRoom();
                    expanded = found.expand(body, limit);
                }
                byte[] decoded = decoding.decode(message, expanded, limit);
                if (body != null && decoded != null) {
                    growth.count(exchange, decoded.length - body.length);
                }
                message.setBody(decoded);
            }
        };
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("decode: decodes what is sent to it; nothing comes from it");
    }

    /**
     * What makes a message for this step of the JSON that is to become of it, so that tests need not write bytes; empty if
     * its messages have no schema file, or are compressed.
     */
    public Optional<UnaryOperator<byte[]>> encoding() {
        if (schema == null || compression() != Compression.NONE) {
            return Optional.empty();
        }
        SchemaLanguage language = SchemaLanguage.valueOf(format.toUpperCase(Locale.ROOT));
        return Optional.of(EncodeSchema.fixed(SchemaFiles.encoder(getCamelContext(), language, schema, message))
                .known()::encode);
    }

    private Decoding decoding() {
        boolean csv = format.equals("csv");
        requireAbsent(
                "message",
                format.equals("protobuf") && schema != null ? null : message,
                "is for decode:protobuf?schema=FILE: with a registry each message says it");
        requireAbsent("header", csv ? null : header, "is for decode:csv");
        requireAbsent("delimiter", csv || delimiter.equals(COMMA) ? null : delimiter, "is for decode:csv");
        return switch (format) {
            case "json" -> {
                requireNoSchema("the payload is JSON already");
                yield ofBody((payload, start, limit) -> WireFormat.payload(payload));
            }
            case "csv" -> {
                requireNoSchema("the values are texts, which columns give a type");
                yield ofBody(CsvRecord.of(header, delimiter));
            }
            case "cloudevents" -> {
                requireNoSchema("for the data of the event, have another decode: behind it");
                yield CloudEvent::open;
            }
            case "avro" -> ofBody(registry == null && schema == null ? new AvroFile() : ofSchema(SchemaLanguage.AVRO));
            case "protobuf" -> ofBody(ofSchema(SchemaLanguage.PROTOBUF));
            default ->
                throw new IllegalArgumentException(
                        "Expected decode:avro, decode:cloudevents, decode:csv, decode:json or decode:protobuf, found decode:"
                                + format);
        };
    }

    /** A message without a body stays one. */
    private static Decoding ofBody(Decoder decoder) {
        return (message, body, limit) -> body == null ? null : decoder.json(body, 0, limit);
    }

    private void requireNoSchema(String reason) {
        requireAbsent("registry", registry, "is not for decode:%s: %s".formatted(format, reason));
        requireAbsent("schema", schema, "is not for decode:%s: %s".formatted(format, reason));
    }

    private static void requireAbsent(String option, @Nullable String value, String reason) {
        if (value != null) {
            throw new IllegalArgumentException("The option %s %s; remove the option".formatted(option, reason));
        }
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
            return schema == null && !format.equals("cloudevents") ? null : Compression.NONE;
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

    public @Nullable String getHeader() {
        return header;
    }

    public void setHeader(@Nullable String header) {
        this.header = header;
    }

    public String getDelimiter() {
        return delimiter;
    }

    public void setDelimiter(String delimiter) {
        this.delimiter = delimiter;
    }
}

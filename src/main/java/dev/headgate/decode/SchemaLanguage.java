package dev.headgate.decode;

import dev.headgate.schema.JsonSchemaValidator;
import dev.headgate.schema.SchemaFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What schemas are written in. Its name is the one that registries have for it. */
enum SchemaLanguage {
    AVRO("Avro") {
        @Override
        Decoder decoder(List<SchemaText> texts) {
            return AvroShape.of(texts);
        }

        @Override
        Encoder encoder(List<SchemaText> texts, @Nullable String message) {
            return AvroEncoder.of(texts);
        }
    },
    JSON("JSON") {
        @Override
        Decoder decoder(List<SchemaText> texts) {
            throw new UnsupportedOperationException("JSON is read without its schema");
        }

        @Override
        Encoder encoder(List<SchemaText> texts, @Nullable String message) {
            if (texts.size() > 1) {
                throw new IllegalArgumentException("it refers to other schemas, which is not supported");
            }
            SchemaText text = texts.get(0);
            return jsonEncoder(new SchemaFile(text.name(), text.text().getBytes(StandardCharsets.UTF_8)));
        }
    },
    PROTOBUF("Protobuf") {
        @Override
        Decoder decoder(List<SchemaText> texts) {
            return new ProtobufMessages(ProtobufSchema.of(texts));
        }

        @Override
        Encoder encoder(List<SchemaText> texts, @Nullable String message) {
            return ProtobufEncoder.withIndexes(ProtobufSchema.message(ProtobufSchema.of(texts), message));
        }
    };

    private final String said;

    SchemaLanguage(String said) {
        this.said = said;
    }

    /** JSON stays as it is, if it fits. */
    static Encoder jsonEncoder(SchemaFile schema) {
        JsonSchemaValidator validator = new JsonSchemaValidator(schema);
        return (json, out) -> {
            validator.validate(json);
            out.writeBytes(json);
        };
    }

    /** For complaints. */
    String said() {
        return said;
    }

    /**
     * Makes the last of the texts ready to read; what it refers to comes before it.
     *
     * @throws IllegalArgumentException that says what is wrong with it
     */
    abstract Decoder decoder(List<SchemaText> texts);

    /**
     * Makes the last of the texts ready to write what stands behind the wire format; what it refers to comes before it.
     *
     * @param message of a Protobuf schema; null for the only one
     * @throws RuntimeException that says what is wrong with it
     */
    abstract Encoder encoder(List<SchemaText> texts, @Nullable String message);
}

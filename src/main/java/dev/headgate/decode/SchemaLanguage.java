package dev.headgate.decode;

import java.util.List;

/** What schemas are written in. Its name is the one that registries have for it. */
enum SchemaLanguage {
    AVRO("Avro") {
        @Override
        Decoder decoder(List<SchemaText> texts) {
            return AvroShape.of(texts);
        }
    },
    PROTOBUF("Protobuf") {
        @Override
        Decoder decoder(List<SchemaText> texts) {
            return new ProtobufMessages(ProtobufSchema.of(texts));
        }
    };

    private final String said;

    SchemaLanguage(String said) {
        this.said = said;
    }

    /** For complaints. */
    String said() {
        return said;
    }

    /**
     * Makes the last of the texts ready; what it refers to comes before it.
     *
     * @throws IllegalArgumentException that says what is wrong with it
     */
    abstract Decoder decoder(List<SchemaText> texts);
}

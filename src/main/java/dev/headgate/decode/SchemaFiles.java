package dev.headgate.decode;

import dev.headgate.ConfigurationException;
import dev.headgate.schema.SchemaFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Reads the schema of an endpoint from its file, and from those that the file imports. */
final class SchemaFiles {

    private SchemaFiles() {}

    /**
     * What reads payloads of that schema, which have no wire format.
     *
     * @param message of a Protobuf schema; null for the only one
     * @throws ConfigurationException that names the file, if it is missing or broken
     */
    static Decoder decoder(CamelContext context, SchemaLanguage language, String file, @Nullable String message) {
        SchemaFile root = SchemaFile.read(context, file, language.said() + " schema");
        try {
            if (language == SchemaLanguage.AVRO) {
                return language.decoder(List.of(new SchemaText(file, text(root))));
            }
            if (!file.endsWith(".proto")) {
                return ProtobufShape.of(ProtobufSchema.message(ProtobufSchema.of(root.content()), message));
            }
            List<SchemaText> texts = new ArrayList<>();
            read(
                    context,
                    file.substring(0, file.lastIndexOf('/') + 1),
                    new SchemaText(file, text(root)),
                    texts,
                    new HashSet<>());
            return ProtobufShape.of(ProtobufSchema.message(ProtobufSchema.of(texts), message));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "The %s schema %s is broken (%s): correct the file."
                            .formatted(language.said(), root.name(), e.getMessage()),
                    e);
        }
    }

    /** What is imported is beside the file, or in folders below that, and comes before it. */
    private static void read(
            CamelContext context, String folder, SchemaText importing, List<SchemaText> texts, Set<String> read) {
        for (String imported : ProtobufSchema.imports(importing)) {
            if (!ProtobufSchema.isWellKnown(imported) && read.add(imported)) {
                SchemaFile file = SchemaFile.read(context, folder + imported, "Protobuf schema");
                read(context, folder, new SchemaText(imported, text(file)), texts, read);
            }
        }
        texts.add(importing);
    }

    private static String text(SchemaFile file) {
        return new String(file.content(), StandardCharsets.UTF_8);
    }
}

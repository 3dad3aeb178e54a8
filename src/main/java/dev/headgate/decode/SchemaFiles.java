package dev.headgate.decode;

import com.google.protobuf.Descriptors.Descriptor;
import dev.headgate.ConfigurationException;
import dev.headgate.schema.SchemaFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
        return made(
                context,
                language,
                file,
                root -> language == SchemaLanguage.AVRO
                        ? AvroShape.of(List.of(new SchemaText(file, text(root))))
                        : ProtobufShape.of(descriptor(context, file, root, message)));
    }

    /** What writes such payloads; see {@link #decoder}. */
    static Encoder encoder(CamelContext context, SchemaLanguage language, String file, @Nullable String message) {
        return made(context, language, file, root -> switch (language) {
            case AVRO -> AvroEncoder.of(List.of(new SchemaText(file, text(root))));
            case JSON -> SchemaLanguage.jsonEncoder(root);
            case PROTOBUF -> new ProtobufEncoder(descriptor(context, file, root, message));
        });
    }

    private static <T> T made(
            CamelContext context, SchemaLanguage language, String file, Function<SchemaFile, T> making) {
        SchemaFile root = SchemaFile.read(context, file, language.said() + " schema");
        try {
            return making.apply(root);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "The %s schema %s is broken (%s): correct the file."
                            .formatted(language.said(), root.name(), e.getMessage()),
                    e);
        }
    }

    private static Descriptor descriptor(CamelContext context, String file, SchemaFile root, @Nullable String message) {
        if (!file.endsWith(".proto")) {
            return ProtobufSchema.message(ProtobufSchema.of(root.content()), message);
        }
        List<SchemaText> texts = new ArrayList<>();
        String folder = file.substring(0, file.lastIndexOf('/') + 1);
        read(context, folder, new SchemaText(file, text(root)), texts, new HashSet<>());
        return ProtobufSchema.message(ProtobufSchema.of(texts), message);
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

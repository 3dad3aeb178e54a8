package dev.headgate.decode;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import com.squareup.wire.Syntax;
import com.squareup.wire.schema.Field.Label;
import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.internal.parser.EnumElement;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.GroupElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.OneOfElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import com.squareup.wire.schema.internal.parser.TypeElement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Protobuf's messages look like: from texts, {@code .proto}, or from what {@code protoc --descriptor_set_out}
 * made of them. Of a text counts what its payloads are read by; services, extensions and options do not.
 */
final class ProtobufSchema {

    /** Far more than the compiler takes. */
    private static final int DEEPEST = 100;

    private static final Map<String, FileDescriptor> WELL_KNOWN = new HashMap<>();

    /** The messages that are not written as what they are made of, but as what they mean. */
    private static final Map<String, Descriptor> MEANT = new HashMap<>();

    static {
        Stream.of(
                        AnyProto.getDescriptor(),
                        ApiProto.getDescriptor(),
                        DurationProto.getDescriptor(),
                        EmptyProto.getDescriptor(),
                        FieldMaskProto.getDescriptor(),
                        SourceContextProto.getDescriptor(),
                        StructProto.getDescriptor(),
                        TimestampProto.getDescriptor(),
                        TypeProto.getDescriptor(),
                        WrappersProto.getDescriptor(),
                        FileDescriptorProto.getDescriptor().getFile())
                .forEach(file -> WELL_KNOWN.put(file.getName(), file));
        Stream.of(
                        DurationProto.getDescriptor(),
                        StructProto.getDescriptor(),
                        TimestampProto.getDescriptor(),
                        WrappersProto.getDescriptor())
                .flatMap(file -> file.getMessageTypes().stream())
                .forEach(message -> MEANT.put(message.getFullName(), message));
    }

    private ProtobufSchema() {}

    /**
     * The last of the texts; what it imports comes before it.
     *
     * @throws IllegalArgumentException that says what is wrong with it
     */
    static FileDescriptor of(List<SchemaText> texts) {
        return linked(texts.stream()
                .map(text -> WELL_KNOWN.containsKey(text.name())
                        ? WELL_KNOWN.get(text.name()).toProto()
                        : file(text.name(), parsed(text)))
                .toList());
    }

    /**
     * The last file of a descriptor set, which the compiler was called for.
     *
     * @throws IllegalArgumentException that says what is wrong with it
     */
    static FileDescriptor of(byte[] descriptorSet) {
        try {
            return linked(FileDescriptorSet.parseFrom(descriptorSet).getFileList());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("it is no descriptor set: " + e.getMessage(), e);
        }
    }

    /** Whether a text need not be there, as the format's library has it. */
    static boolean isWellKnown(String imported) {
        return WELL_KNOWN.containsKey(imported);
    }

    /** What a text imports. */
    static List<String> imports(SchemaText text) {
        ProtoFileElement parsed = parsed(text);
        return Stream.concat(parsed.getImports().stream(), parsed.getPublicImports().stream())
                .toList();
    }

    /**
     * The message of a file.
     *
     * @param name without the package; null if there is one alone
     * @throws IllegalArgumentException that says which there are
     */
    static Descriptor message(FileDescriptor file, @Nullable String name) {
        List<String> names =
                file.getMessageTypes().stream().map(Descriptor::getName).toList();
        if (name == null) {
            if (names.size() == 1) {
                return file.getMessageTypes().get(0);
            }
            throw new IllegalArgumentException("it has %s: say which one with the option message"
                    .formatted(names.isEmpty() ? "no message" : "the messages " + String.join(", ", names)));
        }
        String inPackage = file.getPackage().isEmpty() || !name.startsWith(file.getPackage() + ".")
                ? name
                : name.substring(file.getPackage().length() + 1);
        Descriptor found = null;
        for (String part : inPackage.split("\\.", -1)) {
            found = found == null ? file.findMessageTypeByName(part) : found.findNestedTypeByName(part);
            if (found == null) {
                throw new IllegalArgumentException(
                        "it has no message %s, but %s".formatted(name, String.join(", ", names)));
            }
        }
        return found == null ? message(file, null) : found;
    }

    private static FileDescriptor linked(List<FileDescriptorProto> files) {
        Map<String, FileDescriptor> known = new HashMap<>(WELL_KNOWN);
        FileDescriptor latest = null;
        for (FileDescriptorProto file : files) {
            List<FileDescriptor> imported = new ArrayList<>();
            for (String name : file.getDependencyList()) {
                FileDescriptor dependency = known.get(name);
                if (dependency == null) {
                    throw new IllegalArgumentException("it imports %s, which is not there".formatted(name));
                }
                imported.add(dependency);
            }
            try {
                latest = FileDescriptor.buildFrom(file, imported.toArray(FileDescriptor[]::new));
            } catch (DescriptorValidationException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            latest.getMessageTypes().forEach(ProtobufSchema::requireMeant);
            known.putIfAbsent(file.getName(), latest);
        }
        if (latest == null) {
            throw new IllegalArgumentException("it is empty");
        }
        return latest;
    }

    /** Others may bring a copy of the format's own files, under any path. */
    private static void requireMeant(Descriptor message) {
        Descriptor meant = MEANT.get(message.getFullName());
        if (meant != null && !fields(message).equals(fields(meant))) {
            throw new IllegalArgumentException(
                    "it has a message %s with other fields than the format's own: give it another name, or import %s"
                            .formatted(message.getFullName(), meant.getFile().getName()));
        }
    }

    /** What payloads are read by. */
    private static Set<String> fields(Descriptor message) {
        return message.toProto().getFieldList().stream()
                .map(field -> "%d %s %s %s"
                        .formatted(
                                field.getNumber(),
                                field.getType(),
                                field.getLabel(),
                                field.hasOneofIndex() ? field.getOneofIndex() : ""))
                .collect(Collectors.toSet());
    }

    private static ProtoFileElement parsed(SchemaText text) {
        requireFlat(text.text());
        try {
            return ProtoParser.Companion.parse(Location.get(text.name()), text.text());
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + "; of editions, newer than proto3, only a descriptor set is read",
                    e);
        }
    }

    /** The parser calls itself for what is within braces. */
    private static void requireFlat(String text) {
        int level = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{' || c == '[' || c == '<') {
                level++;
            } else if (c == '}' || c == ']' || c == '>') {
                level--;
            }
            if (level > DEEPEST) {
                throw new IllegalArgumentException("it is nested more than %d levels deep".formatted(DEEPEST));
            }
        }
    }

    private static FileDescriptorProto file(String name, ProtoFileElement parsed) {
        boolean proto3 = parsed.getSyntax() == Syntax.PROTO_3;
        FileDescriptorProto.Builder file =
                FileDescriptorProto.newBuilder().setName(name).setSyntax(proto3 ? "proto3" : "proto2");
        if (parsed.getPackageName() != null) {
            file.setPackage(parsed.getPackageName());
        }
        file.addAllDependency(parsed.getImports());
        for (String imported : parsed.getPublicImports()) {
            file.addPublicDependency(file.getDependencyCount()).addDependency(imported);
        }
        for (TypeElement type : parsed.getTypes()) {
            if (type instanceof MessageElement message) {
                file.addMessageType(message(message, proto3));
            } else if (type instanceof EnumElement symbols) {
                file.addEnumType(symbols(symbols));
            }
        }
        return file.build();
    }

    private static DescriptorProto message(MessageElement parsed, boolean proto3) {
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(parsed.getName());
        // Before those of groups and maps, which nobody counts.
        for (TypeElement type : parsed.getNestedTypes()) {
            if (type instanceof MessageElement nested) {
                message.addNestedType(message(nested, proto3));
            } else if (type instanceof EnumElement symbols) {
                message.addEnumType(symbols(symbols));
            }
        }
        for (OneOfElement oneof : parsed.getOneOfs()) {
            int index = message.getOneofDeclCount();
            message.addOneofDeclBuilder().setName(oneof.getName());
            for (FieldElement field : oneof.getFields()) {
                message.addField(field(field, message).setOneofIndex(index));
            }
            for (GroupElement group : oneof.getGroups()) {
                message.addField(group(group, message).setOneofIndex(index));
            }
        }
        for (GroupElement group : parsed.getGroups()) {
            message.addField(group(group, message));
        }
        List<FieldDescriptorProto.Builder> optional = new ArrayList<>();
        for (FieldElement parsedField : parsed.getFields()) {
            FieldDescriptorProto.Builder field = field(parsedField, message);
            if (proto3 && parsedField.getLabel() == Label.OPTIONAL) {
                optional.add(field);
            } else {
                message.addField(field);
            }
        }
        // Behind the oneofs that the author wrote, as the compiler does.
        for (FieldDescriptorProto.Builder field : optional) {
            field.setProto3Optional(true).setOneofIndex(message.getOneofDeclCount());
            message.addOneofDeclBuilder().setName("_" + field.getName());
            message.addField(field);
        }
        return message.build();
    }

    private static FieldDescriptorProto.Builder field(FieldElement parsed, DescriptorProto.Builder message) {
        FieldDescriptorProto.Builder field =
                FieldDescriptorProto.newBuilder().setName(parsed.getName()).setNumber(parsed.getTag());
        if (parsed.getType().startsWith("map<")) {
            String[] types = parsed.getType()
                    .substring("map<".length(), parsed.getType().length() - 1)
                    .split(",", 2);
            DescriptorProto.Builder entry = DescriptorProto.newBuilder().setName(entryName(parsed.getName()));
            entry.getOptionsBuilder().setMapEntry(true);
            entry.addField(typed(FieldDescriptorProto.newBuilder(), types[0].strip())
                    .setName("key")
                    .setNumber(1)
                    .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL));
            entry.addField(typed(FieldDescriptorProto.newBuilder(), types[1].strip())
                    .setName("value")
                    .setNumber(2)
                    .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL));
            message.addNestedType(entry);
            return field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)
                    .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setTypeName(entry.getName());
        }
        return typed(field, parsed.getType()).setLabel(label(parsed.getLabel()));
    }

    private static FieldDescriptorProto.Builder group(GroupElement parsed, DescriptorProto.Builder message) {
        DescriptorProto.Builder content = DescriptorProto.newBuilder().setName(parsed.getName());
        for (FieldElement field : parsed.getFields()) {
            content.addField(field(field, content));
        }
        message.addNestedType(content);
        return FieldDescriptorProto.newBuilder()
                .setName(parsed.getName().toLowerCase(Locale.ROOT))
                .setNumber(parsed.getTag())
                .setLabel(label(parsed.getLabel()))
                .setType(FieldDescriptorProto.Type.TYPE_GROUP)
                .setTypeName(parsed.getName());
    }

    /** The type of a name is found out where it is linked. */
    private static FieldDescriptorProto.Builder typed(FieldDescriptorProto.Builder field, String type) {
        String known = "TYPE_" + type.toUpperCase(Locale.ROOT);
        boolean scalar = type.matches("double|float|bool|string|bytes|s?fixed(32|64)|[us]?int(32|64)");
        return scalar ? field.setType(FieldDescriptorProto.Type.valueOf(known)) : field.setTypeName(type);
    }

    private static FieldDescriptorProto.Label label(@Nullable Label label) {
        if (label == Label.REPEATED) {
            return FieldDescriptorProto.Label.LABEL_REPEATED;
        }
        return label == Label.REQUIRED
                ? FieldDescriptorProto.Label.LABEL_REQUIRED
                : FieldDescriptorProto.Label.LABEL_OPTIONAL;
    }

    /** As the compiler names it. */
    private static String entryName(String field) {
        StringBuilder name = new StringBuilder();
        for (String part : field.split("_", -1)) {
            if (!part.isEmpty()) {
                name.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
            }
        }
        return name.append("Entry").toString();
    }

    private static EnumDescriptorProto symbols(EnumElement parsed) {
        EnumDescriptorProto.Builder symbols = EnumDescriptorProto.newBuilder().setName(parsed.getName());
        parsed.getConstants()
                .forEach(symbol ->
                        symbols.addValueBuilder().setName(symbol.getName()).setNumber(symbol.getTag()));
        return symbols.build();
    }
}

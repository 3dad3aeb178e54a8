package dev.headgate.decode;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.headgate.message.MessageLimit;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Protobuf message type, made ready to write JSON of its payloads, without an object for a field. Immutable,
 * thread-safe.
 *
 * <p>The JSON is what Postgres reads as the type that is meant: all digits of a number, an enum by its name, a time as ISO
 * 8601, bytes as {@code \x} and hexadecimal digits. A field that is not set is what a reader of the format is to take it
 * for, 0, {@code false}, an empty text, array or object; one that tells whether it is set is absent.
 */
final class ProtobufShape implements Decoder {

    private static final long FIRST_SECOND = -62_135_596_800L;
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final int NANOS = 1_000_000_000;

    private final Message root;

    private ProtobufShape(Message root) {
        this.root = root;
    }

    static ProtobufShape of(Descriptor message) {
        return new ProtobufShape(message(message, new HashMap<>()));
    }

    @Override
    public byte[] json(byte[] payload, int start, MessageLimit limit) {
        ProtobufInput in = new ProtobufInput(payload, start);
        return JsonText.written(4 * in.left(), limit, json -> root.writeSpan(in, start, payload.length, json, 0));
    }

    private static Message message(Descriptor descriptor, Map<Descriptor, Message> messages) {
        Message known = messages.get(descriptor);
        return known == null ? new Message(descriptor, messages) : known;
    }

    /** How what a message has is written. */
    private enum Form {
        OBJECT,
        /** As the value of its only field, as if it were set. */
        ITS_FIELD,
        /** As the value of the one field that is set. */
        SET_FIELD,
        TIMESTAMP,
        DURATION;

        static Form of(String name) {
            return switch (name) {
                case "google.protobuf.Timestamp" -> TIMESTAMP;
                case "google.protobuf.Duration" -> DURATION;
                case "google.protobuf.Value" -> SET_FIELD;
                case "google.protobuf.Struct",
                        "google.protobuf.ListValue",
                        "google.protobuf.DoubleValue",
                        "google.protobuf.FloatValue",
                        "google.protobuf.Int64Value",
                        "google.protobuf.UInt64Value",
                        "google.protobuf.Int32Value",
                        "google.protobuf.UInt32Value",
                        "google.protobuf.BoolValue",
                        "google.protobuf.StringValue",
                        "google.protobuf.BytesValue" -> ITS_FIELD;
                default -> OBJECT;
            };
        }
    }

    /** A message, which may be within itself. */
    private static final class Message implements Value {

        private final Form form;
        private final int[] numbers;
        private final Field[] fields;
        private final int size;

        Message(Descriptor descriptor, Map<Descriptor, Message> messages) {
            messages.put(descriptor, this);
            form = Form.of(descriptor.getFullName());
            List<FieldDescriptor> sorted = descriptor.getFields().stream()
                    .sorted(Comparator.comparing(FieldDescriptor::getNumber))
                    .toList();
            numbers = sorted.stream().mapToInt(FieldDescriptor::getNumber).toArray();
            fields = sorted.stream().map(field -> field(field, messages)).toArray(Field[]::new);
            size = 2 * fields.length + descriptor.getOneofs().size();
        }

        @Override
        public int wireType() {
            return ProtobufInput.LENGTH;
        }

        @Override
        public void write(ProtobufInput in, JsonGenerator json, int level) throws IOException {
            int length = in.readLength();
            writeSpan(in, in.position(), in.position() + length, json, level);
        }

        @Override
        public void writeUnset(JsonGenerator json) throws IOException {
            writeSpan(new ProtobufInput(new byte[0], 0), 0, 0, json, 0);
        }

        /** What is known of it: the first and the last place of each field, and of each oneof the field. */
        void writeSpan(ProtobufInput in, int from, int to, JsonGenerator json, int level) throws IOException {
            BinaryInput.requireLevel(level);
            int frame = in.push(size);
            scan(in, frame, from, to);
            write(in, frame, json, level);
            in.pop(frame);
        }

        /** All that is in several places is one message. */
        void writeMerged(ProtobufInput in, int place, JsonGenerator json, int level) throws IOException {
            BinaryInput.requireLevel(level);
            int frame = in.push(size);
            for (int next = place; next != ProtobufInput.NONE; next = in.next(next)) {
                int tag = in.seek(next);
                int from = in.position();
                if (ProtobufInput.wireType(tag) == ProtobufInput.GROUP) {
                    scan(in, frame, from, in.skipGroup(ProtobufInput.number(tag)));
                } else {
                    int length = in.readLength();
                    scan(in, frame, in.position(), in.position() + length);
                }
            }
            write(in, frame, json, level);
            in.pop(frame);
        }

        private void scan(ProtobufInput in, int frame, int from, int to) {
            in.window(from, to);
            while (in.left() > 0) {
                int at = in.position();
                int tag = in.readTag();
                int index = Arrays.binarySearch(numbers, ProtobufInput.number(tag));
                if (index >= 0) {
                    fields[index].require(in, tag);
                }
                in.skipValue(tag);
                if (index >= 0) {
                    note(in, frame, index, at);
                }
            }
        }

        private void note(ProtobufInput in, int frame, int index, int at) {
            Field field = fields[index];
            if (field.oneof != ProtobufInput.NONE) {
                int slot = frame + 2 * fields.length + field.oneof;
                int other = in.at(slot);
                if (other != ProtobufInput.NONE && other != index) {
                    in.set(frame + 2 * other, ProtobufInput.NONE);
                }
                in.set(slot, index);
            }
            int first = frame + 2 * index;
            int place = in.at(first);
            if (place == ProtobufInput.NONE) {
                int only = in.place(at);
                in.set(first, only);
                in.set(first + 1, only);
            } else if (field.collects) {
                int last = in.place(at);
                in.set(in.at(first + 1) + 1, last);
                in.set(first + 1, last);
            } else {
                in.set(place, at);
            }
        }

        private void write(ProtobufInput in, int frame, JsonGenerator json, int level) throws IOException {
            switch (form) {
                case OBJECT -> {
                    json.writeStartObject();
                    for (int i = 0; i < fields.length; i++) {
                        int place = in.at(frame + 2 * i);
                        if (fields[i].isWritten(in, place)) {
                            json.writeFieldName(fields[i].name);
                            fields[i].write(in, place, json, level + 1);
                        }
                    }
                    json.writeEndObject();
                }
                case ITS_FIELD -> fields[0].write(in, in.at(frame), json, level + 1);
                case SET_FIELD -> {
                    int set = in.at(frame + 2 * fields.length);
                    if (set == ProtobufInput.NONE) {
                        json.writeNull();
                    } else {
                        fields[set].write(in, in.at(frame + 2 * set), json, level + 1);
                    }
                }
                case TIMESTAMP -> {
                    long seconds = number(in, frame, 0);
                    long nanos = number(in, frame, 1);
                    if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos >= NANOS) {
                        throw in.broken("%d s and %d ns as a timestamp".formatted(seconds, nanos));
                    }
                    json.writeString(IsoText.timestamp(seconds, nanos, NANOS, "Z"));
                }
                case DURATION -> {
                    BigDecimal seconds =
                            BigDecimal.valueOf(number(in, frame, 0)).add(BigDecimal.valueOf(number(in, frame, 1), 9));
                    json.writeString("PT" + seconds.stripTrailingZeros().toPlainString() + "S");
                }
            }
        }

        private static long number(ProtobufInput in, int frame, int index) {
            int place = in.at(frame + 2 * index);
            if (place == ProtobufInput.NONE) {
                return 0;
            }
            in.seek(place);
            return in.readVarint();
        }
    }

    private static Field field(FieldDescriptor field, Map<Descriptor, Message> messages) {
        OneofDescriptor oneof = field.getContainingOneof();
        return new Field(
                new SerializedString(field.getName()),
                field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        ? message(field.getMessageType(), messages)
                        : scalar(field),
                field.isMapField() ? Key.of(field.getMessageType().findFieldByNumber(1)) : null,
                field.isRepeated(),
                field.isRepeated() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE,
                field.hasPresence(),
                field.isRequired(),
                oneof == null ? ProtobufInput.NONE : oneof.getIndex());
    }

    /**
     * A field of a message.
     *
     * @param key null if it is no map
     * @param collects whether all places count, not the last one alone
     */
    private record Field(
            SerializedString name,
            Value value,
            @Nullable Key key,
            boolean repeated,
            boolean collects,
            boolean tellsWhetherSet,
            boolean required,
            int oneof) {

        void require(ProtobufInput in, int tag) {
            int found = ProtobufInput.wireType(tag);
            boolean packed = repeated && found == ProtobufInput.LENGTH;
            boolean group = found == ProtobufInput.GROUP && key == null && value instanceof Message;
            if (found != value.wireType() && !packed && !group) {
                throw in.broken("field %s (%d) with the wire type %d"
                        .formatted(name.getValue(), ProtobufInput.number(tag), found));
            }
        }

        boolean isWritten(ProtobufInput in, int place) {
            if (place == ProtobufInput.NONE && required) {
                throw in.broken("no value of field %s, which is required".formatted(name.getValue()));
            }
            return place != ProtobufInput.NONE || !tellsWhetherSet;
        }

        void write(ProtobufInput in, int place, JsonGenerator json, int level) throws IOException {
            if (key != null) {
                writeMap(key, in, place, json, level);
            } else if (repeated) {
                writeArray(in, place, json, level);
            } else if (place == ProtobufInput.NONE) {
                value.writeUnset(json);
            } else if (value instanceof Message message) {
                message.writeMerged(in, place, json, level);
            } else {
                in.seek(place);
                value.write(in, json, level);
            }
        }

        private void writeArray(ProtobufInput in, int first, JsonGenerator json, int level) throws IOException {
            BinaryInput.requireLevel(level);
            json.writeStartArray();
            for (int place = first; place != ProtobufInput.NONE; place = in.next(place)) {
                int tag = in.seek(place);
                if (ProtobufInput.wireType(tag) == ProtobufInput.GROUP && value instanceof Message message) {
                    int from = in.position();
                    message.writeSpan(in, from, in.skipGroup(ProtobufInput.number(tag)), json, level + 1);
                } else if (ProtobufInput.wireType(tag) == value.wireType()) {
                    value.write(in, json, level + 1);
                } else {
                    int length = in.readLength();
                    in.window(in.position(), in.position() + length);
                    while (in.left() > 0) {
                        value.write(in, json, level + 1);
                    }
                }
            }
            json.writeEndArray();
        }

        private void writeMap(Key named, ProtobufInput in, int first, JsonGenerator json, int level)
                throws IOException {
            BinaryInput.requireLevel(level);
            Message entry = (Message) value;
            json.writeStartObject();
            for (int place = first; place != ProtobufInput.NONE; place = in.next(place)) {
                in.seek(place);
                int length = in.readLength();
                int frame = in.push(entry.size);
                entry.scan(in, frame, in.position(), in.position() + length);
                json.writeFieldName(named.text(in, in.at(frame)));
                entry.fields[1].write(in, in.at(frame + 2), json, level + 1);
                in.pop(frame);
            }
            json.writeEndObject();
        }
    }

    /** Writes one value of one type. */
    private interface Value {

        int wireType();

        /** What begins at the position. */
        void write(ProtobufInput in, JsonGenerator json, int level) throws IOException;

        /** What stands for a field that is not set. */
        void writeUnset(JsonGenerator json) throws IOException;
    }

    private interface Reading {

        void write(ProtobufInput in, JsonGenerator json) throws IOException;
    }

    private interface Unset {

        void write(JsonGenerator json) throws IOException;
    }

    private record Scalar(int wireType, Reading reading, Unset unset) implements Value {

        @Override
        public void write(ProtobufInput in, JsonGenerator json, int level) throws IOException {
            reading.write(in, json);
        }

        @Override
        public void writeUnset(JsonGenerator json) throws IOException {
            unset.write(json);
        }
    }

    private static Scalar scalar(FieldDescriptor field) {
        return switch (field.getType()) {
            case FLOAT ->
                new Scalar(
                        ProtobufInput.FIXED_32,
                        (in, json) -> json.writeNumber(in.readFloat()),
                        json -> json.writeNumber(0F));
            case DOUBLE ->
                new Scalar(
                        ProtobufInput.FIXED_64,
                        (in, json) -> json.writeNumber(in.readDouble()),
                        json -> json.writeNumber(0D));
            case BOOL ->
                new Scalar(
                        ProtobufInput.VARINT,
                        (in, json) -> json.writeBoolean(in.readVarint() != 0),
                        json -> json.writeBoolean(false));
            case STRING ->
                new Scalar(
                        ProtobufInput.LENGTH,
                        (in, json) -> in.writeText(in.readLength(), json),
                        json -> json.writeString(""));
            case BYTES ->
                new Scalar(
                        ProtobufInput.LENGTH,
                        (in, json) -> in.writeBytes(in.readLength(), json),
                        json -> json.writeString("\\x"));
            case ENUM -> symbol(field.getEnumType());
            case MESSAGE, GROUP -> throw new IllegalArgumentException("no scalar");
            default -> {
                Key key = Key.of(field);
                yield new Scalar(key.wireType(), key::write, json -> json.writeNumber(0));
            }
        };
    }

    private static Scalar symbol(EnumDescriptor type) {
        if (type.getFullName().equals("google.protobuf.NullValue")) {
            return new Scalar(
                    ProtobufInput.VARINT,
                    (in, json) -> {
                        in.readVarint();
                        json.writeNull();
                    },
                    JsonGenerator::writeNull);
        }
        Map<Integer, SerializedString> names = new HashMap<>();
        for (EnumValueDescriptor value : type.getValues()) {
            names.putIfAbsent(value.getNumber(), new SerializedString(value.getName()));
        }
        return new Scalar(
                ProtobufInput.VARINT,
                (in, json) -> symbol((int) in.readVarint(), names, json),
                json -> symbol(0, names, json));
    }

    private static void symbol(int number, Map<Integer, SerializedString> names, JsonGenerator json)
            throws IOException {
        SerializedString name = names.get(number);
        if (name == null) {
            json.writeNumber(number);
        } else {
            json.writeString(name);
        }
    }

    /** A type whose values a map may have as keys: integers, all digits of them, and texts. */
    private record Key(FieldDescriptor.Type type) {

        private static final long UNSIGNED = 0xFFFF_FFFFL;

        static Key of(FieldDescriptor field) {
            return new Key(field.getType());
        }

        int wireType() {
            return switch (type) {
                case FIXED32, SFIXED32 -> ProtobufInput.FIXED_32;
                case FIXED64, SFIXED64 -> ProtobufInput.FIXED_64;
                case STRING -> ProtobufInput.LENGTH;
                default -> ProtobufInput.VARINT;
            };
        }

        String text(ProtobufInput in, int place) {
            if (place != ProtobufInput.NONE) {
                in.seek(place);
            }
            boolean unset = place == ProtobufInput.NONE;
            return switch (type) {
                case STRING -> unset ? "" : in.readText(in.readLength());
                case BOOL -> String.valueOf(!unset && in.readVarint() != 0);
                default -> {
                    long value = unset ? 0 : read(in);
                    yield isUnsigned() ? Long.toUnsignedString(value) : Long.toString(value);
                }
            };
        }

        void write(ProtobufInput in, JsonGenerator json) throws IOException {
            long value = read(in);
            if (value < 0 && isUnsigned()) {
                json.writeNumber(Long.toUnsignedString(value));
            } else {
                json.writeNumber(value);
            }
        }

        private boolean isUnsigned() {
            return type == FieldDescriptor.Type.UINT64 || type == FieldDescriptor.Type.FIXED64;
        }

        private long read(ProtobufInput in) {
            return switch (type) {
                case INT32 -> (int) in.readVarint();
                case UINT32 -> in.readVarint() & UNSIGNED;
                case SINT32 -> zigzag(in.readVarint() & UNSIGNED);
                case FIXED32 -> in.readFixed32() & UNSIGNED;
                case SFIXED32 -> in.readFixed32();
                case INT64, UINT64 -> in.readVarint();
                case SINT64 -> zigzag(in.readVarint());
                case FIXED64, SFIXED64 -> in.readFixed64();
                default -> throw new IllegalArgumentException(type + " is no integer");
            };
        }

        private static long zigzag(long value) {
            return (value >>> 1) ^ -(value & 1);
        }
    }
}

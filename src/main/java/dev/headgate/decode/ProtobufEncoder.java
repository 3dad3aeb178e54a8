package dev.headgate.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a message of Protobuf from JSON, from that which {@link ProtobufShape} makes of it. Nothing is lost without a word:
 * a field that the schema does not have, and a value of another type, refuse the message. Immutable, thread-safe.
 */
final class ProtobufEncoder implements Encoder {

    /** What a timestamp and a duration can be, in seconds. */
    private static final long FIRST_SECOND = -62_135_596_800L;

    private static final long LAST_SECOND = 253_402_300_799L;
    private static final long LONGEST_SECONDS = 315_576_000_000L;

    private final Descriptor type;
    private final byte[] before;

    /** Payloads have nothing in front. */
    ProtobufEncoder(Descriptor type) {
        this(type, new byte[0]);
    }

    private ProtobufEncoder(Descriptor type, byte[] before) {
        this.type = type;
        this.before = before;
    }

    /** In front of a payload stands which message of its file it is, as serializers for registries write it. */
    static ProtobufEncoder withIndexes(Descriptor type) {
        Deque<Integer> indexes = new ArrayDeque<>();
        for (Descriptor next = type; next != null; next = next.getContainingType()) {
            indexes.addFirst(next.getIndex());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            if (indexes.size() == 1 && indexes.getFirst() == 0) {
                out.writeSInt32NoTag(0);
            } else {
                out.writeSInt32NoTag(indexes.size());
                for (int index : indexes) {
                    out.writeSInt32NoTag(index);
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ProtobufEncoder(type, bytes.toByteArray());
    }

    @Override
    public void encode(byte[] json, ByteArrayOutputStream out) {
        DynamicMessage message = message(type, JsonPlace.parse(json), JsonPlace.ROOT);
        out.writeBytes(before);
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DynamicMessage message(Descriptor type, JsonNode value, JsonPlace place) {
        DynamicMessage meant = meant(type, value, place);
        if (meant != null) {
            return meant;
        }
        place.require(value.isObject(), "an object", value);
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            JsonPlace at = place.field(entry.getKey());
            FieldDescriptor field = type.findFieldByName(entry.getKey());
            if (field == null) {
                throw at.misfit("no such field, as the schema has none", entry.getValue());
            }
            if (entry.getValue().isNull() && !isJson(field)) {
                continue;
            }
            if (field.getContainingOneof() != null && message.hasOneof(field.getContainingOneof())) {
                throw at.misfit("one field of " + field.getContainingOneof().getName() + " at most", entry.getValue());
            }
            set(message, field, entry.getValue(), at);
        }
        List<String> missing = type.getFields().stream()
                .filter(field -> field.isRequired() && !message.hasField(field))
                .map(FieldDescriptor::getName)
                .toList();
        if (!missing.isEmpty()) {
            throw place.field(missing.get(0)).misfit("a value, as the schema requires it", null);
        }
        return message.build();
    }

    private static void set(DynamicMessage.Builder message, FieldDescriptor field, JsonNode value, JsonPlace place) {
        if (field.isMapField()) {
            place.require(value.isObject(), "an object", value);
            FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
            FieldDescriptor element = field.getMessageType().findFieldByNumber(2);
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                JsonPlace at = place.field(entry.getKey());
                message.addRepeatedField(
                        field,
                        DynamicMessage.newBuilder(field.getMessageType())
                                .setField(key, key(key, entry.getKey(), at))
                                .setField(element, value(element, entry.getValue(), at))
                                .build());
            }
        } else if (field.isRepeated()) {
            place.require(value.isArray(), "an array", value);
            for (int i = 0; i < value.size(); i++) {
                message.addRepeatedField(field, value(field, value.get(i), place.element(i)));
            }
        } else {
            message.setField(field, value(field, value, place));
        }
    }

    private static Object key(FieldDescriptor key, String text, JsonPlace place) {
        return switch (key.getJavaType()) {
            case STRING -> text;
            case BOOLEAN -> Boolean.valueOf(text);
            default -> value(key, place.number(text), place);
        };
    }

    private static Object value(FieldDescriptor field, JsonNode value, JsonPlace place) {
        return switch (field.getType()) {
            case INT32, SINT32, SFIXED32 ->
                integer(value, Integer.MIN_VALUE, BigInteger.valueOf(Integer.MAX_VALUE), place)
                        .intValue();
            case UINT32, FIXED32 ->
                integer(value, 0, BigInteger.valueOf(0xFFFF_FFFFL), place).intValue();
            case INT64, SINT64, SFIXED64 ->
                integer(value, Long.MIN_VALUE, BigInteger.valueOf(Long.MAX_VALUE), place)
                        .longValue();
            case UINT64, FIXED64 ->
                integer(value, 0, BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE), place)
                        .longValue();
            case FLOAT -> (float) place.floating(value, Float.MAX_VALUE);
            case DOUBLE -> place.floating(value, Double.MAX_VALUE);
            case BOOL -> {
                place.require(value.isBoolean(), "true or false", value);
                yield value.booleanValue();
            }
            case STRING -> {
                place.require(value.isTextual(), "a text", value);
                yield value.textValue();
            }
            case BYTES -> ByteString.copyFrom(place.bytes(value));
            case ENUM -> symbol(field, value, place);
            case MESSAGE, GROUP -> message(field.getMessageType(), value, place);
        };
    }

    private static BigInteger integer(JsonNode value, long lowest, BigInteger highest, JsonPlace place) {
        try {
            if (value.isNumber()) {
                BigInteger number = value.decimalValue().toBigIntegerExact();
                if (number.compareTo(BigInteger.valueOf(lowest)) >= 0 && number.compareTo(highest) <= 0) {
                    return number;
                }
            }
        } catch (ArithmeticException e) {
            // It has digits behind the point.
        }
        throw place.misfit("a whole number from %d to %d".formatted(lowest, highest), value);
    }

    private static EnumValueDescriptor symbol(FieldDescriptor field, JsonNode value, JsonPlace place) {
        EnumValueDescriptor symbol = null;
        if (value.isTextual()) {
            symbol = field.getEnumType().findValueByName(value.textValue());
        } else if (value.canConvertToInt() && value.isIntegralNumber()) {
            symbol = field.getEnumType().isClosed()
                    ? field.getEnumType().findValueByNumber(value.intValue())
                    : field.getEnumType().findValueByNumberCreatingIfUnknown(value.intValue());
        }
        if (symbol == null) {
            throw place.misfit(
                    "one of "
                            + String.join(
                                    ", ",
                                    field.getEnumType().getValues().stream()
                                            .map(EnumValueDescriptor::getName)
                                            .toList()),
                    value);
        }
        return symbol;
    }

    /** Null is a value of these. */
    private static boolean isJson(FieldDescriptor field) {
        return field.getJavaType() == JavaType.MESSAGE
                && !field.isRepeated()
                && field.getMessageType().getFullName().equals("google.protobuf.Value");
    }

    /** The messages that stand in JSON as what they mean; null if it is none of them. */
    private static @Nullable DynamicMessage meant(Descriptor type, JsonNode value, JsonPlace place) {
        return switch (type.getFullName()) {
            case "google.protobuf.Timestamp" -> {
                Instant time = instant(value, place);
                yield seconds(type, time.getEpochSecond(), time.getNano());
            }
            case "google.protobuf.Duration" -> duration(type, value, place);
            case "google.protobuf.Struct" -> {
                place.require(value.isObject(), "an object", value);
                yield of(type, "fields", value, place);
            }
            case "google.protobuf.ListValue" -> of(type, "values", value, place);
            case "google.protobuf.Value" -> json(type, value, place);
            case "google.protobuf.BoolValue",
                    "google.protobuf.BytesValue",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.FloatValue",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.StringValue",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value" -> of(type, "value", value, place);
            default -> null;
        };
    }

    private static DynamicMessage of(Descriptor type, String field, JsonNode value, JsonPlace place) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        set(message, type.findFieldByName(field), value, place);
        return message.build();
    }

    private static DynamicMessage json(Descriptor type, JsonNode value, JsonPlace place) {
        return switch (value.getNodeType()) {
            case NULL -> {
                FieldDescriptor field = type.findFieldByName("null_value");
                yield DynamicMessage.newBuilder(type)
                        .setField(field, field.getEnumType().findValueByNumber(0))
                        .build();
            }
            case BOOLEAN -> of(type, "bool_value", value, place);
            case NUMBER -> of(type, "number_value", value, place);
            case STRING -> of(type, "string_value", value, place);
            case ARRAY -> of(type, "list_value", value, place);
            default -> of(type, "struct_value", value, place);
        };
    }

    private static Instant instant(JsonNode value, JsonPlace place) {
        try {
            if (value.isTextual()) {
                Instant time = IsoParser.instant(value.textValue());
                if (time.getEpochSecond() >= FIRST_SECOND && time.getEpochSecond() <= LAST_SECOND) {
                    return time;
                }
            }
        } catch (DateTimeException e) {
            // Said below.
        }
        throw place.misfit("a time as ISO 8601 has it, of the years 1 to 9999", value);
    }

    private static DynamicMessage duration(Descriptor type, JsonNode value, JsonPlace place) {
        try {
            if (value.isTextual()) {
                Duration duration = Duration.parse(value.textValue());
                long seconds = duration.getSeconds();
                int nanos = duration.getNano();
                if (seconds < 0 && nanos > 0) {
                    // Both have one sign.
                    seconds++;
                    nanos -= 1_000_000_000;
                }
                if (Math.abs(seconds) <= LONGEST_SECONDS) {
                    return seconds(type, seconds, nanos);
                }
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Said below.
        }
        throw place.misfit("a duration of days, hours, minutes and seconds as ISO 8601 has it", value);
    }

    private static DynamicMessage seconds(Descriptor type, long seconds, int nanos) {
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("seconds"), seconds)
                .setField(type.findFieldByName("nanos"), nanos)
                .build();
    }
}

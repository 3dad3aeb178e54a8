package dev.headgate.decode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.failure.RejectedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * An Avro schema, made ready to write what it describes from JSON: from that which {@link AvroShape} makes of it, and from
 * dates and times as Postgres writes them. Immutable, thread-safe.
 *
 * <p>Nothing is lost without a word: a field that the schema does not have, a number with more digits than its type and a
 * value of another type refuse the message. Only times are cut to the unit of their type, as Avro's own library does.
 */
final class AvroEncoder implements Encoder {

    private static final long MOST_UNSIGNED = 0xFFFF_FFFFL;

    /** Writes a value of one type. */
    private interface Shape {

        void write(JsonNode value, BinaryEncoder out, JsonPlace place) throws IOException;
    }

    /** What a text means as a number; throws {@link DateTimeException} or {@link ArithmeticException} if it does not. */
    private interface Meaning {

        long of(String text);
    }

    private final Shape root;

    private AvroEncoder(Shape root) {
        this.root = root;
    }

    /** @throws IllegalArgumentException if the last text is no schema, or names a type that none has */
    static AvroEncoder of(List<SchemaText> texts) {
        return of(AvroShape.schema(texts));
    }

    static AvroEncoder of(Schema schema) {
        return new AvroEncoder(shape(schema, new HashMap<>()));
    }

    @Override
    public void encode(byte[] json, ByteArrayOutputStream out) {
        JsonNode value = JsonPlace.parse(json);
        try {
            BinaryEncoder binary = EncoderFactory.get().directBinaryEncoder(out, null);
            root.write(value, binary, JsonPlace.ROOT);
            binary.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Shape shape(Schema schema, Map<String, Shape> records) {
        LogicalType logical = schema.getLogicalType();
        String name = logical == null ? "" : logical.getName();
        return switch (schema.getType()) {
            case NULL ->
                (value, out, place) -> {
                    place.require(value.isNull(), "null", value);
                    out.writeNull();
                };
            case BOOLEAN ->
                (value, out, place) -> {
                    place.require(value.isBoolean(), "true or false", value);
                    out.writeBoolean(value.booleanValue());
                };
            case INT -> {
                Meaning meaning = meaning(name);
                yield (value, out, place) -> out.writeInt(
                        (int) number(value, "int", name, meaning, Integer.MIN_VALUE, Integer.MAX_VALUE, place));
            }
            case LONG -> {
                Meaning meaning = meaning(name);
                yield (value, out, place) ->
                        out.writeLong(number(value, "long", name, meaning, Long.MIN_VALUE, Long.MAX_VALUE, place));
            }
            case FLOAT -> (value, out, place) -> out.writeFloat((float) place.floating(value, Float.MAX_VALUE));
            case DOUBLE -> (value, out, place) -> out.writeDouble(place.floating(value, Double.MAX_VALUE));
            case STRING ->
                (value, out, place) -> {
                    place.require(value.isTextual(), "a text", value);
                    out.writeString(value.textValue());
                };
            case BYTES ->
                logical instanceof LogicalTypes.Decimal decimal
                        ? (value, out, place) -> out.writeBytes(digits(value, decimal, place))
                        : (value, out, place) -> out.writeBytes(place.bytes(value));
            case FIXED -> fixed(schema.getFixedSize(), logical);
            case ENUM -> symbol(schema.getEnumSymbols());
            case UNION -> union(schema.getTypes(), records);
            case ARRAY -> array(shape(schema.getElementType(), records));
            case MAP -> map(shape(schema.getValueType(), records));
            case RECORD -> {
                Shape known = records.get(schema.getFullName());
                yield known == null ? new Fields(schema, records) : known;
            }
        };
    }

    /** Null if the type means nothing but its number. */
    private static @Nullable Meaning meaning(String logical) {
        return switch (logical) {
            case "date" -> text -> IsoParser.date(text).toEpochDay();
            case "time-millis" -> text -> IsoParser.time(text).toNanoOfDay() / 1_000_000;
            case "time-micros" -> text -> IsoParser.time(text).toNanoOfDay() / 1_000;
            case "timestamp-millis" -> text -> since(IsoParser.instant(text), 1_000);
            case "timestamp-micros" -> text -> since(IsoParser.instant(text), 1_000_000);
            case "timestamp-nanos" -> text -> since(IsoParser.instant(text), 1_000_000_000);
            case "local-timestamp-millis" -> text -> since(IsoParser.local(text), 1_000);
            case "local-timestamp-micros" -> text -> since(IsoParser.local(text), 1_000_000);
            case "local-timestamp-nanos" -> text -> since(IsoParser.local(text), 1_000_000_000);
            default -> null;
        };
    }

    private static long since(Instant time, int perSecond) {
        return Math.addExact(
                Math.multiplyExact(time.getEpochSecond(), (long) perSecond),
                time.getNano() / (1_000_000_000 / perSecond));
    }

    private static long number(
            JsonNode value,
            String type,
            String logical,
            @Nullable Meaning meaning,
            long lowest,
            long highest,
            JsonPlace place) {
        try {
            if (value.isTextual() && meaning != null) {
                return meaning.of(value.textValue());
            }
            if (value.isNumber()) {
                long number = value.decimalValue().longValueExact();
                if (number >= lowest && number <= highest) {
                    return number;
                }
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Said below.
        }
        throw place.misfit(meaning == null ? "a whole number, " + type : "a " + logical + " as ISO 8601 has it", value);
    }

    private static byte[] digits(JsonNode value, LogicalTypes.Decimal type, JsonPlace place) {
        String expected =
                "a number of %d digits, %d of them behind the point".formatted(type.getPrecision(), type.getScale());
        place.require(value.isNumber(), expected, value);
        try {
            BigDecimal scaled = value.decimalValue().setScale(type.getScale(), RoundingMode.UNNECESSARY);
            if (scaled.precision() <= type.getPrecision()) {
                return scaled.unscaledValue().toByteArray();
            }
        } catch (ArithmeticException e) {
            // It has digits that would be lost.
        }
        throw place.misfit(expected, value);
    }

    private static Shape fixed(int size, @Nullable LogicalType logical) {
        if (logical instanceof LogicalTypes.Decimal decimal) {
            return (value, out, place) -> {
                byte[] digits = digits(value, decimal, place);
                byte[] padded = new byte[size];
                place.require(digits.length <= size, "a number of %d bytes".formatted(size), value);
                Arrays.fill(padded, (byte) (digits[0] < 0 ? -1 : 0));
                System.arraycopy(digits, 0, padded, size - digits.length, digits.length);
                out.writeFixed(padded);
            };
        }
        return switch (logical == null ? "" : logical.getName()) {
            case "uuid" -> (value, out, place) -> out.writeFixed(uuid(value, place));
            case "duration" -> (value, out, place) -> out.writeFixed(duration(value, place));
            default ->
                (value, out, place) -> {
                    byte[] bytes = place.bytes(value);
                    place.require(bytes.length == size, size + " bytes", value);
                    out.writeFixed(bytes);
                };
        };
    }

    private static byte[] uuid(JsonNode value, JsonPlace place) {
        place.require(
                value.textValue() != null && value.textValue().matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
                "a uuid",
                value);
        UUID uuid = UUID.fromString(value.textValue());
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    private static byte[] duration(JsonNode value, JsonPlace place) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            for (long part : IsoParser.duration(value.asText())) {
                place.require(part <= MOST_UNSIGNED, "a duration of 32 bits a part", value);
                bytes.putInt((int) part);
            }
            return bytes.array();
        } catch (DateTimeException e) {
            throw place.misfit("a duration as ISO 8601 has it", value);
        }
    }

    private static Shape symbol(List<String> symbols) {
        Map<String, Integer> indexes = new HashMap<>();
        symbols.forEach(symbol -> indexes.put(symbol, indexes.size()));
        return (value, out, place) -> {
            Integer index = value.isTextual() ? indexes.get(value.textValue()) : null;
            if (index == null) {
                throw place.misfit("one of " + String.join(", ", symbols), value);
            }
            out.writeEnum(index);
        };
    }

    private static Shape array(Shape element) {
        return (value, out, place) -> {
            place.require(value.isArray(), "an array", value);
            out.writeArrayStart();
            out.setItemCount(value.size());
            for (int i = 0; i < value.size(); i++) {
                out.startItem();
                element.write(value.get(i), out, place.element(i));
            }
            out.writeArrayEnd();
        };
    }

    private static Shape map(Shape element) {
        return (value, out, place) -> {
            place.require(value.isObject(), "an object", value);
            out.writeMapStart();
            out.setItemCount(value.size());
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                out.startItem();
                out.writeString(entry.getKey());
                element.write(entry.getValue(), out, place.field(entry.getKey()));
            }
            out.writeMapEnd();
        };
    }

    private static Shape union(List<Schema> branches, Map<String, Shape> records) {
        List<Shape> shapes =
                branches.stream().map(branch -> shape(branch, records)).toList();
        return (value, out, place) -> {
            List<Integer> possible = new ArrayList<>();
            for (int i = 0; i < branches.size(); i++) {
                if (isPossible(branches.get(i), value)) {
                    possible.add(i);
                }
            }
            if (possible.isEmpty()) {
                throw place.misfit("one of " + names(branches), value);
            }
            int chosen = possible.size() == 1 ? possible.get(0) : choose(possible, shapes, value, place);
            out.writeIndex(chosen);
            shapes.get(chosen).write(value, out, place);
        };
    }

    private static String names(List<Schema> branches) {
        return String.join(", ", branches.stream().map(Schema::getFullName).toList());
    }

    /** By what kind of JSON it is; of a record, whether the names of the fields are those. */
    private static boolean isPossible(Schema branch, JsonNode value) {
        LogicalType logical = branch.getLogicalType();
        boolean meant = logical != null && meaning(logical.getName()) != null;
        return switch (branch.getType()) {
            case NULL -> value.isNull();
            case BOOLEAN -> value.isBoolean();
            case INT, LONG -> value.isNumber() || (meant && value.isTextual());
            case FLOAT, DOUBLE -> value.isNumber() || JsonPlace.isNotFinite(value);
            case STRING, ENUM -> value.isTextual();
            case BYTES, FIXED -> logical instanceof LogicalTypes.Decimal ? value.isNumber() : value.isTextual();
            case ARRAY -> value.isArray();
            case MAP -> value.isObject();
            case UNION -> false;
            case RECORD ->
                value.isObject()
                        && value.properties().stream().allMatch(field -> branch.getField(field.getKey()) != null)
                        && branch.getFields().stream().allMatch(field -> value.has(field.name()) || isOptional(field));
        };
    }

    /** The first that takes it. Of records and maps, which may be deep, the first: their names fit. */
    private static int choose(List<Integer> possible, List<Shape> shapes, JsonNode value, JsonPlace place)
            throws IOException {
        if (value.isContainerNode()) {
            return possible.get(0);
        }
        BinaryEncoder nowhere = EncoderFactory.get().directBinaryEncoder(new ByteArrayOutputStream(), null);
        for (int branch : possible.subList(0, possible.size() - 1)) {
            try {
                shapes.get(branch).write(value, nowhere, place);
                return branch;
            } catch (RejectedException e) {
                // Perhaps the next one.
            }
        }
        return possible.get(possible.size() - 1);
    }

    private static boolean isOptional(Schema.Field field) {
        return field.hasDefaultValue() || nullBranch(field.schema()) >= 0;
    }

    /** The number of null in a union, or -1. */
    private static int nullBranch(Schema schema) {
        for (int i = 0; schema.isUnion() && i < schema.getTypes().size(); i++) {
            if (schema.getTypes().get(i).getType() == Schema.Type.NULL) {
                return i;
            }
        }
        return -1;
    }

    /** A record, which may be within itself. */
    private static final class Fields implements Shape {

        private final List<Schema.Field> fields;
        private final Set<String> names = new HashSet<>();
        private final Shape[] shapes;
        private final byte[] @Nullable [] absent;

        Fields(Schema schema, Map<String, Shape> records) {
            records.put(schema.getFullName(), this);
            fields = schema.getFields();
            shapes = new Shape[fields.size()];
            absent = new byte[fields.size()][];
            for (int i = 0; i < shapes.length; i++) {
                names.add(fields.get(i).name());
                shapes[i] = shape(fields.get(i).schema(), records);
                absent[i] = absent(fields.get(i));
            }
        }

        @Override
        public void write(JsonNode value, BinaryEncoder out, JsonPlace place) throws IOException {
            place.require(value.isObject(), "an object", value);
            int found = 0;
            for (int i = 0; i < shapes.length; i++) {
                String name = fields.get(i).name();
                JsonNode field = value.get(name);
                if (field != null) {
                    found++;
                    shapes[i].write(field, out, place.field(name));
                } else if (absent[i] != null) {
                    out.writeFixed(absent[i]);
                } else {
                    throw place.field(name).misfit("a value, as the schema has no default for it", null);
                }
            }
            if (found < value.size()) {
                value.properties().stream()
                        .filter(field -> !names.contains(field.getKey()))
                        .findFirst()
                        .ifPresent(field -> {
                            throw place.field(field.getKey())
                                    .misfit("no such field, as the schema has none", field.getValue());
                        });
            }
        }

        /** What is written where the field is not there: its default, or null if it may be that; else null. */
        private static byte @Nullable [] absent(Schema.Field field) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
            try {
                if (field.hasDefaultValue()) {
                    new GenericDatumWriter<>(field.schema())
                            .write(GenericData.get().getDefaultValue(field), out);
                } else if (nullBranch(field.schema()) >= 0) {
                    out.writeIndex(nullBranch(field.schema()));
                } else {
                    return null;
                }
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (AvroRuntimeException | ClassCastException e) {
                throw new IllegalArgumentException(
                        "the default of its field %s does not fit: %s".formatted(field.name(), e.getMessage()), e);
            }
            return bytes.toByteArray();
        }
    }
}

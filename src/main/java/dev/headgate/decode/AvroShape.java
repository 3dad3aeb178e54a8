package dev.headgate.decode;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.headgate.message.MessageLimit;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An Avro schema, made ready to write JSON of what it describes, in one pass and without a tree. Immutable, thread-safe.
 *
 * <p>The JSON is what Postgres reads as the type that is meant: a decimal is a number with all its digits, a time is ISO
 * 8601, bytes are {@code \x} and hexadecimal digits, a branch of a union is its value.
 */
final class AvroShape implements Decoder {

    /** Of a decimal, as of the type {@code numeric} with a precision. */
    private static final int MOST_DIGITS = 1000;

    private static final int MOST_DECIMAL_BYTES = 416;

    private static final long SECONDS_A_DAY = 86_400;

    /** Writes one value of one type. */
    private interface Shape {

        /** @param level how many objects and arrays are around it */
        void write(AvroInput in, JsonGenerator json, int level) throws IOException;
    }

    private final Shape root;

    private AvroShape(Shape root) {
        this.root = root;
    }

    /** @throws IllegalArgumentException if the last text is no schema, or names a type that none has */
    static AvroShape of(List<SchemaText> texts) {
        return of(schema(texts));
    }

    /** @throws IllegalArgumentException if the last text is no schema, or names a type that none has */
    static Schema schema(List<SchemaText> texts) {
        // What others have written may not keep to the rules for names and defaults.
        Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
        Schema latest = null;
        for (SchemaText text : texts) {
            latest = parse(parser, text.text());
        }
        return requireNonNull(latest);
    }

    static AvroShape of(Schema schema) {
        return new AvroShape(shape(schema, new HashMap<>()));
    }

    private static Schema parse(Schema.Parser parser, String text) {
        try {
            return parser.parse(text);
        } catch (NullPointerException e) {
            throw new IllegalArgumentException("it names a type that neither it nor what it refers to has", e);
        } catch (AvroRuntimeException | IllegalStateException | ClassCastException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public byte[] json(byte[] payload, int start, MessageLimit limit) {
        AvroInput in = new AvroInput(payload, start);
        return JsonText.written(4 * in.left(), limit, json -> {
            root.write(in, json, 0);
            if (in.left() > 0) {
                throw in.broken("an end before that of the payload");
            }
        });
    }

    private static Shape shape(Schema schema, Map<String, Shape> records) {
        LogicalType logical = schema.getLogicalType();
        String name = logical == null ? "" : logical.getName();
        return switch (schema.getType()) {
            case NULL -> (in, json, level) -> json.writeNull();
            case BOOLEAN -> (in, json, level) -> json.writeBoolean(in.readBoolean());
            case INT, LONG -> number(schema.getType(), name);
            case FLOAT -> (in, json, level) -> json.writeNumber(in.readFloat());
            case DOUBLE -> (in, json, level) -> json.writeNumber(in.readDouble());
            case STRING -> (in, json, level) -> in.writeText(in.readLength(), json);
            case BYTES -> {
                Binary bytes = binary(logical);
                yield (in, json, level) -> bytes.write(in, in.readLength(), json);
            }
            case FIXED -> {
                Binary bytes = binary(logical);
                int size = schema.getFixedSize();
                yield (in, json, level) -> bytes.write(in, size, json);
            }
            case ENUM -> symbol(names(schema.getEnumSymbols()));
            case UNION -> union(shapes(schema.getTypes(), records));
            case ARRAY -> array(shape(schema.getElementType(), records));
            case MAP -> map(shape(schema.getValueType(), records));
            case RECORD -> {
                Shape known = records.get(schema.getFullName());
                yield known == null ? new Fields(schema, records) : known;
            }
        };
    }

    private static Shape number(Schema.Type type, String logical) {
        if (type == Schema.Type.INT) {
            return switch (logical) {
                case "date" -> (in, json, level) -> json.writeString(IsoText.date(in.readInt()));
                case "time-millis" -> (in, json, level) -> json.writeString(time(in, in.readInt(), 1_000));
                default -> (in, json, level) -> json.writeNumber(in.readInt());
            };
        }
        return switch (logical) {
            case "time-micros" -> (in, json, level) -> json.writeString(time(in, in.readLong(), 1_000_000));
            case "timestamp-millis" -> timestamp(1_000, "Z");
            case "timestamp-micros" -> timestamp(1_000_000, "Z");
            case "timestamp-nanos" -> timestamp(1_000_000_000, "Z");
            case "local-timestamp-millis" -> timestamp(1_000, "");
            case "local-timestamp-micros" -> timestamp(1_000_000, "");
            case "local-timestamp-nanos" -> timestamp(1_000_000_000, "");
            default -> (in, json, level) -> json.writeNumber(in.readLong());
        };
    }

    private static Shape timestamp(int perSecond, String zone) {
        return (in, json, level) -> json.writeString(IsoText.timestamp(in.readLong(), perSecond, zone));
    }

    private static String time(AvroInput in, long value, int perSecond) {
        if (value < 0 || value >= perSecond * SECONDS_A_DAY) {
            throw in.broken("%d as a time of day".formatted(value));
        }
        return IsoText.time(value, perSecond);
    }

    /** Writes bytes of a length that is known. */
    private interface Binary {

        void write(AvroInput in, int length, JsonGenerator json) throws IOException;
    }

    private static Binary binary(@Nullable LogicalType logical) {
        if (logical instanceof LogicalTypes.Decimal decimal) {
            int scale = decimal.getScale();
            return (in, length, json) -> decimal(in, length, scale, json);
        }
        return switch (logical == null ? "" : logical.getName()) {
            case "uuid" ->
                (in, length, json) -> {
                    ByteBuffer bytes = ByteBuffer.wrap(in.bytes(), in.skip(length), length);
                    json.writeString(new UUID(bytes.getLong(), bytes.getLong()).toString());
                };
            case "duration" ->
                (in, length, json) -> {
                    ByteBuffer bytes =
                            ByteBuffer.wrap(in.bytes(), in.skip(length), length).order(ByteOrder.LITTLE_ENDIAN);
                    json.writeString(IsoText.duration(bytes.getInt(), bytes.getInt(), bytes.getInt()));
                };
            default -> BinaryInput::writeBytes;
        };
    }

    private static void decimal(AvroInput in, int length, int scale, JsonGenerator json) throws IOException {
        if (length == 0 || length > MOST_DECIMAL_BYTES || scale > MOST_DIGITS) {
            throw in.broken("a decimal of %d bytes, with %d digits behind the point".formatted(length, scale));
        }
        BigInteger digits = new BigInteger(in.bytes(), in.skip(length), length);
        json.writeNumber(new BigDecimal(digits, scale).toPlainString());
    }

    private static Shape symbol(SerializedString[] symbols) {
        return (in, json, level) -> json.writeString(symbols[in.readIndex(symbols.length)]);
    }

    private static Shape union(Shape[] branches) {
        return (in, json, level) -> branches[in.readIndex(branches.length)].write(in, json, level);
    }

    private static Shape array(Shape element) {
        return (in, json, level) -> {
            BinaryInput.requireLevel(level);
            json.writeStartArray();
            for (int count = in.readCount(); count > 0; count = in.readCount()) {
                for (int i = 0; i < count; i++) {
                    element.write(in, json, level + 1);
                }
            }
            json.writeEndArray();
        };
    }

    private static Shape map(Shape value) {
        return (in, json, level) -> {
            BinaryInput.requireLevel(level);
            json.writeStartObject();
            for (int count = in.readCount(); count > 0; count = in.readCount()) {
                for (int i = 0; i < count; i++) {
                    json.writeFieldName(in.readText(in.readLength()));
                    value.write(in, json, level + 1);
                }
            }
            json.writeEndObject();
        };
    }

    /** A record, which may be within itself. */
    private static final class Fields implements Shape {

        private final SerializedString[] names;
        private final Shape[] shapes;

        Fields(Schema schema, Map<String, Shape> records) {
            records.put(schema.getFullName(), this);
            names = names(schema.getFields().stream().map(Schema.Field::name).toList());
            shapes =
                    shapes(schema.getFields().stream().map(Schema.Field::schema).toList(), records);
        }

        @Override
        public void write(AvroInput in, JsonGenerator json, int level) throws IOException {
            BinaryInput.requireLevel(level);
            json.writeStartObject();
            for (int i = 0; i < names.length; i++) {
                json.writeFieldName(names[i]);
                shapes[i].write(in, json, level + 1);
            }
            json.writeEndObject();
        }
    }

    private static Shape[] shapes(List<Schema> schemas, Map<String, Shape> records) {
        return schemas.stream().map(schema -> shape(schema, records)).toArray(Shape[]::new);
    }

    private static SerializedString[] names(List<String> names) {
        return names.stream().map(SerializedString::new).toArray(SerializedString[]::new);
    }
}

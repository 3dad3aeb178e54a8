package dev.headgate.s3;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.failure.RejectedException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * One value.
 *
 * @param place of the value in a message, such as {@code $.items[].sku}
 */
record ParquetScalar(Kind kind, String place) implements ParquetColumn {

    private static final long MICROS = 1_000_000;

    // Parquet's annotations of types do not change.
    @SuppressWarnings("ImmutableEnumChecker")
    enum Kind {
        TEXT(PrimitiveTypeName.BINARY, LogicalTypeAnnotation.stringType()),
        INTEGER(PrimitiveTypeName.INT64, null),
        NUMBER(PrimitiveTypeName.DOUBLE, null),
        BOOLEAN(PrimitiveTypeName.BOOLEAN, null),
        INSTANT(PrimitiveTypeName.INT64, LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS)),
        DATE(PrimitiveTypeName.INT32, LogicalTypeAnnotation.dateType()),
        /** Whatever it is, as the text of its JSON. */
        JSON(PrimitiveTypeName.BINARY, LogicalTypeAnnotation.jsonType());

        private final PrimitiveTypeName primitive;
        private final @Nullable LogicalTypeAnnotation logical;

        Kind(PrimitiveTypeName primitive, @Nullable LogicalTypeAnnotation logical) {
            this.primitive = primitive;
            this.logical = logical;
        }
    }

    @Override
    public Type type(String name, Repetition repetition) {
        var builder = Types.primitive(kind.primitive, repetition);
        return kind.logical == null
                ? builder.named(name)
                : builder.as(kind.logical).named(name);
    }

    @Override
    public void write(JsonNode value, RecordConsumer out) {
        try {
            switch (kind) {
                case TEXT -> out.addBinary(Binary.fromString(text(value)));
                case INTEGER -> out.addLong(number(value).decimalValue().longValueExact());
                case NUMBER -> out.addDouble(finite(number(value).doubleValue()));
                case BOOLEAN -> out.addBoolean(expect(value.isBoolean(), value).booleanValue());
                case INSTANT ->
                    out.addLong(micros(OffsetDateTime.parse(text(value)).toInstant()));
                case DATE ->
                    out.addInteger(Math.toIntExact(LocalDate.parse(text(value)).toEpochDay()));
                case JSON -> out.addBinary(Binary.fromString(value.toString()));
            }
        } catch (ArithmeticException | DateTimeException e) {
            throw misfit(place, String.valueOf(e.getMessage()));
        }
    }

    /** The same reason for all messages with the same misfit. */
    static RejectedException misfit(String place, String why) {
        return new RejectedException("no column fits: " + place, place + ": " + why);
    }

    private String text(JsonNode value) {
        return expect(value.isTextual(), value).textValue();
    }

    private JsonNode number(JsonNode value) {
        return expect(value.isNumber(), value);
    }

    private JsonNode expect(boolean fits, JsonNode value) {
        if (!fits) {
            throw misfit(place, "expected " + kind + ", found " + value.getNodeType());
        }
        return value;
    }

    private static double finite(double number) {
        if (Double.isInfinite(number)) {
            throw new ArithmeticException("the number is too large for 64 bits");
        }
        return number;
    }

    private static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), MICROS), instant.getNano() / 1_000);
    }
}

package dev.headgate.s3;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/**
 * A number with so many digits behind its point, exactly, in 64 bits.
 *
 * @param scale how many digits are behind the point
 * @param place of the value in a message, such as {@code $.amount}
 */
record ParquetDecimal(int scale, String place) implements ParquetColumn {

    /** That 64 bits hold, whichever they are. */
    static final int DIGITS = 18;

    @Override
    public Type type(String name, Repetition repetition) {
        return Types.primitive(PrimitiveTypeName.INT64, repetition)
                .as(LogicalTypeAnnotation.decimalType(scale, DIGITS))
                .named(name);
    }

    @Override
    public void write(JsonNode value, RecordConsumer out) {
        if (!value.isNumber()) {
            throw ParquetScalar.misfit(place, "expected a number, found " + value.getNodeType());
        }
        BigDecimal number = value.decimalValue();
        // Not to make a number of 1E+999999999 only to refuse it.
        if ((long) number.precision() - number.scale() + scale > DIGITS) {
            throw ParquetScalar.misfit(place, "expected at most %d digits before the point".formatted(DIGITS - scale));
        }
        try {
            out.addLong(number.setScale(scale).unscaledValue().longValueExact());
        } catch (ArithmeticException e) {
            throw ParquetScalar.misfit(place, "expected at most %d digits behind the point".formatted(scale));
        }
    }
}

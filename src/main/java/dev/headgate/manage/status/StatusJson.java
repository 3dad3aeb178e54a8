package dev.headgate.manage.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;

/** A {@link ProcessStatus} as JSON: each component under its name, times in ISO 8601; what is null is left out. */
final class StatusJson {

    private static final ObjectMapper JSON = new ObjectMapper()
            .setSerializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .registerModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addSerializer(Double.class, new NumberWriter())
                    .addSerializer(double.class, new NumberWriter()));

    private StatusJson() {}

    static String text(ProcessStatus status) {
        try {
            return JSON.writeValueAsString(status);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whole numbers without a point, six digits of others, null for none. */
    private static final class NumberWriter extends StdSerializer<Double> {

        private static final long serialVersionUID = 1;
        private static final MathContext DIGITS = new MathContext(6);

        NumberWriter() {
            super(Double.class);
        }

        @Override
        public void serialize(Double number, JsonGenerator json, SerializerProvider provider) throws IOException {
            if (number.isNaN() || number.isInfinite()) {
                json.writeNull();
            } else if (number == number.longValue()) {
                json.writeNumber(number.longValue());
            } else {
                json.writeNumber(new BigDecimal(number).round(DIGITS).doubleValue());
            }
        }
    }
}

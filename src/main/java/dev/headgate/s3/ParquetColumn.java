package dev.headgate.s3;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/** A value of a JSON Schema as Parquet has it. Immutable. */
sealed interface ParquetColumn permits ParquetObject, ParquetList, ParquetScalar, ParquetDecimal {

    Type type(String name, Repetition repetition);

    /**
     * Writes a value, which is not null, as the field that has been started.
     *
     * @throws dev.headgate.failure.RejectedException if it does not fit
     */
    void write(JsonNode value, RecordConsumer out);
}

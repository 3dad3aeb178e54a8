package dev.headgate.s3;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/** An array, as Parquet's list of three levels; its elements may be null. */
record ParquetList(ParquetColumn elements, String place) implements ParquetColumn {

    private static final String LIST = "list";
    private static final String ELEMENT = "element";

    @Override
    public Type type(String name, Repetition repetition) {
        return Types.list(repetition)
                .element(elements.type(ELEMENT, Repetition.OPTIONAL))
                .named(name);
    }

    @Override
    public void write(JsonNode value, RecordConsumer out) {
        if (!value.isArray()) {
            throw ParquetScalar.misfit(place, "expected an array, found " + value.getNodeType());
        }
        out.startGroup();
        if (!value.isEmpty()) {
            out.startField(LIST, 0);
            for (JsonNode element : value) {
                out.startGroup();
                if (!element.isNull()) {
                    out.startField(ELEMENT, 0);
                    elements.write(element, out);
                    out.endField(ELEMENT, 0);
                }
                out.endGroup();
            }
            out.endField(LIST, 0);
        }
        out.endGroup();
    }
}

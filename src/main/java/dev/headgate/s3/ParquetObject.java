package dev.headgate.s3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/** An object: a column for each property, and, if the schema allows others, one for all of them as JSON. */
final class ParquetObject implements ParquetColumn {

    /** The column for properties that the schema does not name. */
    static final String REST = "_rest";

    /** @param required then its column cannot be null */
    record Property(String name, ParquetColumn column, boolean required) {}

    private final List<Property> properties;
    private final Set<String> names;
    private final boolean closed;
    private final String place;
    private final ParquetScalar rest;

    /** @param closed whether there are no properties but these */
    ParquetObject(List<Property> properties, boolean closed, String place) {
        this.properties = List.copyOf(properties);
        this.names = properties.stream().map(Property::name).collect(Collectors.toUnmodifiableSet());
        this.closed = closed;
        this.place = place;
        this.rest = new ParquetScalar(ParquetScalar.Kind.JSON, place + "." + REST);
    }

    MessageType messageType() {
        return new MessageType("message", fields());
    }

    @Override
    public Type type(String name, Repetition repetition) {
        return new GroupType(repetition, name, fields());
    }

    @Override
    public void write(JsonNode value, RecordConsumer out) {
        out.startGroup();
        writeFields(value, out);
        out.endGroup();
    }

    void writeFields(JsonNode value, RecordConsumer out) {
        if (!value.isObject()) {
            throw ParquetScalar.misfit(place, "expected an object, found " + value.getNodeType());
        }
        for (int i = 0; i < properties.size(); i++) {
            Property property = properties.get(i);
            JsonNode field = value.get(property.name);
            if (field != null && !field.isNull()) {
                write(property.name, i, property.column, field, out);
            } else if (property.required) {
                throw ParquetScalar.misfit(place + "." + property.name, "a required property is missing or null");
            }
        }
        ObjectNode others = others(value);
        if (others.isEmpty()) {
            return;
        }
        if (closed) {
            throw ParquetScalar.misfit(
                    place, "unknown property " + others.fieldNames().next());
        }
        write(REST, properties.size(), rest, others, out);
    }

    private static void write(String name, int index, ParquetColumn column, JsonNode value, RecordConsumer out) {
        out.startField(name, index);
        column.write(value, out);
        out.endField(name, index);
    }

    private ObjectNode others(JsonNode value) {
        ObjectNode others = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            if (!names.contains(field.getKey())) {
                others.set(field.getKey(), field.getValue());
            }
        }
        return others;
    }

    private List<Type> fields() {
        List<Type> fields = new ArrayList<>();
        for (Property property : properties) {
            fields.add(
                    property.column.type(property.name, property.required ? Repetition.REQUIRED : Repetition.OPTIONAL));
        }
        if (!closed) {
            fields.add(rest.type(REST, Repetition.OPTIONAL));
        }
        return fields;
    }
}

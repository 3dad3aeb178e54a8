package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A row that was inserted, updated or deleted.
 *
 * @param key its primary key; without fields if the table has none
 * @param before null if it was not there
 * @param after null if it is gone
 */
record RowChange(
        String table,
        JsonNode key,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {

    /**
     * Compares rows by what identifies them.
     *
     * @param keys the columns of the primary key
     */
    static List<RowChange> between(
            String table, List<String> keys, Map<String, JsonNode> before, Map<String, JsonNode> after) {
        Set<String> all = new LinkedHashSet<>(before.keySet());
        all.addAll(after.keySet());
        List<RowChange> changes = new ArrayList<>();
        for (String row : all) {
            JsonNode old = before.get(row);
            JsonNode now = after.get(row);
            JsonNode any = now == null ? old : now;
            if (any != null && !any.equals(now == null ? null : old)) {
                changes.add(new RowChange(table, key(any, keys), old, now));
            }
        }
        return changes;
    }

    /** The columns of a row that identify it. */
    static ObjectNode key(JsonNode row, List<String> keys) {
        ObjectNode key = JsonNodeFactory.instance.objectNode();
        keys.forEach(column -> key.set(column, row.path(column)));
        return key;
    }

    /** Of an update the key, and what is not as it was; of others all. */
    String text() {
        if (before == null || after == null) {
            return "%s %s %s".formatted(before == null ? "+" : "-", table, before == null ? after : before);
        }
        StringJoiner changed = new StringJoiner(", ");
        changed()
                .forEach(column ->
                        changed.add("%s: %s → %s".formatted(column, field(before, column), field(after, column))));
        return "~ %s %s %s".formatted(table, key, changed);
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("table", table);
        json.put("change", before == null ? "inserted" : after == null ? "deleted" : "updated");
        json.set("key", key);
        boolean isUpdate = before != null && after != null;
        if (before != null) {
            json.set("before", isUpdate ? only(before) : before);
        }
        if (after != null) {
            json.set("after", isUpdate ? only(after) : after);
        }
        return json;
    }

    private Set<String> changed() {
        Set<String> columns = new LinkedHashSet<>();
        if (before != null && after != null) {
            after.fieldNames().forEachRemaining(columns::add);
            before.fieldNames().forEachRemaining(columns::add);
            columns.removeIf(column -> field(before, column).equals(field(after, column)));
        }
        return columns;
    }

    private ObjectNode only(JsonNode row) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        changed().forEach(column -> json.set(column, field(row, column)));
        return json;
    }

    private static JsonNode field(JsonNode row, String column) {
        return row.has(column) ? row.get(column) : MissingNode.getInstance();
    }
}

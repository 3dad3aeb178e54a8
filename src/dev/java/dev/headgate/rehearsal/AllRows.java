package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of a database that is the rehearsal's alone: all rows are read, and compared with those of before. */
final class AllRows implements RowChanges {

    private static final String TABLES = Tables.NAMES + """
            where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'headgate_user_migrations'
            order by shown
            """;

    private final Tables tables;
    private Map<String, Map<String, JsonNode>> before;

    AllRows(Tables tables) {
        this.tables = tables;
        this.before = new LinkedHashMap<>();
        next();
    }

    @Override
    public List<RowChange> next() {
        Map<String, Map<String, JsonNode>> after = new LinkedHashMap<>();
        List<RowChange> changes = new ArrayList<>();
        for (JsonNode found : tables.json(TABLES)) {
            Tables.Name table = Tables.Name.of(found);
            Map<String, JsonNode> rows = new LinkedHashMap<>();
            for (JsonNode row : tables.json("select * from %s".formatted(table.quoted()))) {
                rows.put(identity(row, table, rows), row);
            }
            after.put(table.shown(), rows);
            changes.addAll(
                    RowChange.between(table.shown(), table.keys(), before.getOrDefault(table.shown(), Map.of()), rows));
        }
        before = after;
        return changes;
    }

    /** Without a primary key all of it, and the how many-th of its like it is. */
    private static String identity(JsonNode row, Tables.Name table, Map<String, JsonNode> rows) {
        if (!table.keys().isEmpty()) {
            return RowChange.key(row, table.keys()).toString();
        }
        int number = 0;
        while (rows.containsKey(row + "#" + number)) {
            number++;
        }
        return row + "#" + number;
    }
}

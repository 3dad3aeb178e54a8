package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.HeadgateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The tables that a transaction has written to, among those of everybody. Of each the rows that are the transaction's are
 * read, and with a session beside it, which sees what is committed, what they were before.
 */
final class RowsToRollBack implements RowChanges {

    /** Rows are found by reading their whole table, which a large one is not worth. */
    static final long MOST_BYTES = 256L << 20;

    /** A row that is visible and whose transaction goes on is this one's. */
    static final String MINE = "age(t.xmin) <= 0 and pg_xact_status("
            + "(pg_current_xact_id()::text::bigint - age(t.xmin))::text::xid8) = 'in progress'";

    private static final String WRITTEN = Tables.NAMES + """
            where c.relkind = 'r' and n.nspname not in ('headgate', 'pg_catalog', 'information_schema')
                and n.nspname !~ '^pg_(toast|temp)'
                and c.oid in (select relation from pg_locks
                    where pid = pg_backend_pid() and locktype = 'relation' and mode = 'RowExclusiveLock')
            order by shown
            """;

    private record Rows(Map<String, JsonNode> committed, Map<String, JsonNode> mine) {}

    private final Tables mine;
    private final Tables committed;
    private final Map<String, Rows> known = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    /** @param mine sees what the transaction has written */
    RowsToRollBack(Tables mine, Connection committed) {
        this.mine = mine;
        try {
            committed.setAutoCommit(true);
        } catch (SQLException e) {
            throw new HeadgateException("The database refuses: " + e.getMessage(), e);
        }
        this.committed = new Tables(new SingleConnectionDataSource(committed, true), "true");
    }

    @Override
    public List<RowChange> next() {
        notes.clear();
        List<RowChange> changes = new ArrayList<>();
        for (JsonNode found : mine.json(WRITTEN)) {
            Tables.Name table = Tables.Name.of(found);
            if (table.bytes() > MOST_BYTES) {
                notes.add("%s has %d MB, too much to look for the rows that are changed"
                        .formatted(table.shown(), table.bytes() >> 20));
                continue;
            }
            Rows before = known.getOrDefault(table.quoted(), new Rows(Map.of(), Map.of()));
            Rows after = rows(table);
            known.put(table.quoted(), after);
            Map<String, JsonNode> old = new LinkedHashMap<>(after.committed);
            old.keySet().removeAll(before.committed.keySet());
            old.putAll(before.mine);
            changes.addAll(RowChange.between(table.shown(), table.keys(), old, after.mine));
        }
        return changes;
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    /** What was updated or deleted is locked, by somebody, and not visible to the transaction. */
    private Rows rows(Tables.Name table) {
        Set<String> gone = ids(
                committed.json("select t.ctid::text id from only %s t where t.xmax <> '0'".formatted(table.quoted())));
        gone.removeAll(ids(mine.json(at("t.ctid::text id", table, gone))));
        return new Rows(
                byIdentity(table, committed.json(at("t.ctid::text id, to_jsonb(t) as row", table, gone)), "committed "),
                byIdentity(
                        table,
                        mine.json("select t.ctid::text id, to_jsonb(t) as row from only %s t where %s"
                                .formatted(table.quoted(), MINE)),
                        ""));
    }

    private static String at(String columns, Tables.Name table, Set<String> ids) {
        return "select %s from only %s t where t.ctid = any (array[%s]::tid[])"
                .formatted(
                        columns,
                        table.quoted(),
                        ids.stream().map(id -> "'" + id + "'").collect(Collectors.joining(",")));
    }

    private static Set<String> ids(List<JsonNode> rows) {
        return rows.stream().map(row -> row.path("id").asText()).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Without a primary key each version of a row is one by itself. */
    private static Map<String, JsonNode> byIdentity(Tables.Name table, List<JsonNode> found, String side) {
        Map<String, JsonNode> rows = new LinkedHashMap<>();
        found.forEach(row -> rows.put(
                table.keys().isEmpty()
                        ? side + row.path("id").asText()
                        : RowChange.key(row.path("row"), table.keys()).toString(),
                row.path("row")));
        return rows;
    }
}

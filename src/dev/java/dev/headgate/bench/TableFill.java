package dev.headgate.bench;

import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Fills a table with many rows: without its indexes, which are made again as they were when all rows are there. What the
 * table is afterwards is compared with what it was.
 */
final class TableFill {

    private static final int CHUNKS = 10;

    /** An index, by the statements that take it away and bring it back; keys and other constraints come first. */
    private static final String INDEXES = """
            select format('alter table %1$s drop constraint %2$I', conrelid::regclass, conname),
                   format('alter table %1$s add constraint %2$I %3$s', conrelid::regclass, conname,
                          pg_get_constraintdef(oid))
            from pg_constraint where conrelid = cast(? as regclass) and contype in ('p', 'u', 'x')
            union all
            select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
            from pg_index
            where indrelid = cast(? as regclass) and not exists (select from pg_constraint where conindid = indexrelid)
            """;

    private static final String DEFINITION = """
            select part from (
                select concat_ws(' ', pg_get_indexdef(indexrelid), indisunique, indisprimary, indisvalid, indisreplident,
                                 indisclustered, indimmediate, reltablespace) as part
                from pg_index join pg_class on pg_class.oid = indexrelid
                where indrelid = cast(? as regclass)
                union all
                select concat_ws(' ', conname, pg_get_constraintdef(oid), convalidated)
                from pg_constraint where conrelid = cast(? as regclass)
                union all
                select concat_ws(' ', attnum, attname, format_type(atttypid, atttypmod), attnotnull, attstorage)
                from pg_attribute where attrelid = cast(? as regclass) and attnum > 0
                union all
                select concat_ws(' ', oid::regclass, relpersistence, relreplident, reltablespace, reloptions)
                from pg_class where oid = cast(? as regclass)
            ) parts
            order by part
            """;

    private record Index(String drop, String create) {}

    private final JdbcTemplate database;
    private final String table;
    private final Consumer<String> progress;

    TableFill(JdbcTemplate database, String table, Consumer<String> progress) {
        this.database = database;
        this.table = table;
        this.progress = progress;
    }

    /**
     * Returns when the rows are there, indexed, vacuumed and analyzed.
     *
     * @param insert the statement; its last two parameters are the numbers of its first and last row
     * @param parameters those before them
     * @throws IllegalStateException if the table is not what it was
     */
    void fill(String insert, long rows, Object... parameters) {
        List<String> before = definition();
        List<Index> indexes =
                database.query(INDEXES, (row, number) -> new Index(row.getString(1), row.getString(2)), table, table);
        database.execute("alter table " + table + " set (autovacuum_enabled = off)");
        indexes.forEach(index -> database.execute(index.drop));
        insert(insert, rows, parameters);
        indexes.forEach(this::create);
        database.execute("alter table " + table + " reset (autovacuum_enabled)");
        timed("vacuumed", "vacuum (analyze) " + table);
        List<String> after = definition();
        if (!after.equals(before)) {
            throw new IllegalStateException("%s was %n%s%nand is now %n%s"
                    .formatted(table, String.join("\n", before), String.join("\n", after)));
        }
    }

    List<String> definition() {
        return database.queryForList(DEFINITION, String.class, table, table, table, table);
    }

    private void insert(String insert, long rows, Object... parameters) {
        long chunk = (rows + CHUNKS - 1) / CHUNKS;
        long start = System.nanoTime();
        for (long first = 1; first <= rows; first += chunk) {
            long last = Math.min(rows, first + chunk - 1);
            List<Object> all = new ArrayList<>(Arrays.asList(parameters));
            all.addAll(List.of(first, last));
            database.update(insert, all.toArray());
            say("%,d of %,d rows".formatted(last, rows), start);
        }
    }

    private void create(Index index) {
        timed(index.create, index.create);
    }

    private void timed(String what, String statement) {
        long start = System.nanoTime();
        Objects.requireNonNull(database.execute((ConnectionCallback<Boolean>) connection -> {
            try (Statement session = connection.createStatement()) {
                session.execute("set maintenance_work_mem = '1GB'");
                session.execute("set max_parallel_maintenance_workers = 2");
                session.execute(statement);
                return true;
            }
        }));
        say(what, start);
    }

    private void say(String what, long since) {
        progress.accept("  %s: %s, %d s"
                .formatted(
                        table, what, Duration.ofNanos(System.nanoTime() - since).toSeconds()));
    }
}

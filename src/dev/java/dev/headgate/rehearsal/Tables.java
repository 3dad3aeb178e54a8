package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.HeadgateException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is in the database of a rehearsal. Used by one thread. */
final class Tables implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String USERS = """
            select quote_ident(table_name) from information_schema.tables
            where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'headgate_user_migrations'
            order by 1
            """;

    private static final String OUTBOX = """
            select destination || ' ' || coalesce(key, '-') || ': ' || coalesce(convert_from(payload, 'UTF8'), 'null')
            from headgate.outbox where id > %d order by id
            """;

    private static final String JOBS = """
            select queue || ': ' || coalesce(convert_from(payload, 'UTF8'), 'null') from headgate.job where id > %d order by id
            """;

    private static final String DEAD_LETTERS = """
            select 'at step ' || stage || ': ' || reason || coalesce(' (' || left(error, 300) || ')', '')
            from headgate.dead_letter where id > %d order by id
            """;

    private static final String OBJECTS = """
            select bucket || '/' || key || ': ' || messages || ' messages' from headgate.object_manifest where id > %d order by id
            """;

    /** @param rows of each table of the user's, as JSON */
    record Snapshot(
            Map<String, List<String>> rows, long outbox, long jobs, long deadLetters, long objects, long keys) {}

    private final Connection connection;

    Tables(String url, String user, String password) {
        try {
            connection = DriverManager.getConnection(url, user, password);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    Snapshot snapshot() {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String table : texts(USERS)) {
            rows.put(table, texts("select to_jsonb(t)::text from %s t order by 1".formatted(table)));
        }
        return new Snapshot(
                rows,
                last("outbox"),
                last("job"),
                last("dead_letter"),
                last("object_manifest"),
                number("select count(*) from headgate.ledger"));
    }

    List<String> deadLetters(Snapshot since) {
        return texts(DEAD_LETTERS.formatted(since.deadLetters));
    }

    List<String> outbox(Snapshot since) {
        return texts(OUTBOX.formatted(since.outbox));
    }

    List<String> jobs(Snapshot since) {
        return texts(JOBS.formatted(since.jobs));
    }

    List<String> objects(Snapshot since) {
        return texts(OBJECTS.formatted(since.objects));
    }

    /** Rows that are gone, with a minus, and rows that are new, with a plus. */
    static List<String> difference(Snapshot before, Snapshot after) {
        List<String> difference = new ArrayList<>();
        after.rows.forEach((table, rows) -> {
            List<String> gone = new ArrayList<>(before.rows.getOrDefault(table, List.of()));
            List<String> added = new ArrayList<>();
            for (String row : rows) {
                if (!gone.remove(row)) {
                    added.add(row);
                }
            }
            gone.forEach(row -> difference.add("- " + table + " " + row));
            added.forEach(row -> difference.add("+ " + table + " " + row));
        });
        return difference;
    }

    /** The rows of a query, each a JSON object. */
    List<JsonNode> json(String query) {
        List<JsonNode> rows = new ArrayList<>();
        for (String row : texts("select to_jsonb(t)::text from (%s) t".formatted(query))) {
            try {
                rows.add(JSON.readTree(row));
            } catch (IOException e) {
                throw new HeadgateException("Postgres wrote JSON that is none: " + e.getMessage(), e);
            }
        }
        return rows;
    }

    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private long last(String table) {
        return number("select coalesce(max(id), 0) from headgate." + table);
    }

    private long number(String query) {
        return Long.parseLong(texts(query).get(0));
    }

    private List<String> texts(String query) {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (result.next()) {
                texts.add(result.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static HeadgateException failure(SQLException e) {
        return new HeadgateException("The embedded database refuses: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}

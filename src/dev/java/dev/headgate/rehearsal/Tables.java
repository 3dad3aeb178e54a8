package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.HeadgateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a rehearsal reads from its database. Used by one thread. */
final class Tables {

    /** Numbers as they are in the table. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Tables with their primary keys; a condition is to follow. */
    static final String NAMES = """
            select format('%I.%I', n.nspname, c.relname) as quoted, pg_table_size(c.oid) as bytes,
                case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as shown,
                array(
                    select a.attname from pg_index i
                    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
                    where i.indrelid = c.oid and i.indisprimary
                    order by array_position(i.indkey::int2[], a.attnum)) as keys
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            """;

    private static final String OUTBOX = """
            select destination, key, convert_from(payload, 'UTF8') as payload from headgate.outbox t
            where id > %d and %s order by id
            """;

    private static final String JOBS = """
            select queue, convert_from(payload, 'UTF8') as payload from headgate.job t where id > %d and %s order by id
            """;

    private static final String OBJECTS = """
            select bucket, key, messages from headgate.object_manifest t where id > %d and %s order by id
            """;

    /** The last ids of tables of Headgate's. */
    record Snapshot(long outbox, long jobs, long objects) {}

    /** A table of a user's, as SQL has it and as people call it. */
    record Name(String quoted, String shown, long bytes, List<String> keys) {

        static Name of(JsonNode row) {
            List<String> keys = new ArrayList<>();
            row.path("keys").forEach(key -> keys.add(key.asText()));
            return new Name(
                    row.path("quoted").asText(),
                    row.path("shown").asText(),
                    row.path("bytes").asLong(),
                    List.copyOf(keys));
        }
    }

    private final JdbcTemplate jdbc;
    private final String mine;

    /** @param mine the condition for a row, of the table {@code t}, to be the rehearsal's */
    Tables(DataSource database, String mine) {
        this.jdbc = new JdbcTemplate(database);
        this.mine = mine;
    }

    Snapshot snapshot() {
        return new Snapshot(last("outbox"), last("job"), last("object_manifest"));
    }

    List<JsonNode> outbox(Snapshot since) {
        return json(OUTBOX.formatted(since.outbox, mine));
    }

    List<JsonNode> jobs(Snapshot since) {
        return json(JOBS.formatted(since.jobs, mine));
    }

    List<JsonNode> objects(Snapshot since) {
        return json(OBJECTS.formatted(since.objects, mine));
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

    private long last(String table) {
        return Long.parseLong(
                texts("select coalesce(max(id), 0) from headgate." + table).get(0));
    }

    private List<String> texts(String query) {
        try {
            return jdbc.queryForList(query, String.class);
        } catch (DataAccessException e) {
            throw new HeadgateException(
                    "The database of the rehearsal refuses: "
                            + e.getMostSpecificCause().getMessage(),
                    e);
        }
    }
}

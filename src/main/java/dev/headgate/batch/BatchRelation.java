package dev.headgate.batch;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The relation {@code batch} that the SQL of a route reads: a temporary table of the session, which has the messages to apply,
 * one row each, until the transaction ends. Neither the write-ahead log nor any other session sees it.
 *
 * <p>A session makes it once, and again when another route with other columns has used the session meanwhile, which is seldom:
 * a lane mostly gets the session that it had before. Thread-safe, each session being used by one thread.
 */
final class BatchRelation {

    static final String NAME = "batch";

    /** What the relation has beside the columns of the options. */
    private static final String OWN = """
            message_number integer, message_id text, message_key text, message_position text, message_trace json,
            message_pipeline text""";

    private static final String KINDS = """
            select case when t.typcategory = 'A' then 'ARRAY'
                        when coalesce(nullif(t.typbasetype, 0), t.oid) in ('json'::regtype, 'jsonb'::regtype) then 'JSON'
                        else 'TEXT' end
            from pg_attribute a
            join pg_type t on t.oid = a.atttypid
            where a.attrelid = 'pg_temp.batch'::regclass and a.attnum > 0
            order by a.attnum
            """;

    private static final int PIECE = 32 * 1024;

    private static final Pattern LINE = Pattern.compile("^COPY batch, line (\\d+)");

    /** What each session has; that of a closed one is forgotten. */
    private static final Map<PGConnection, BatchRelation> MADE = Collections.synchronizedMap(new WeakHashMap<>());

    private final String batch;
    private final BatchColumns columns;
    private final String create;
    private volatile @Nullable List<BatchRows.Kind> kinds;

    /** @param batch the name in {@code batch:name} */
    BatchRelation(String batch, BatchColumns columns) {
        this.batch = batch;
        this.columns = columns;
        StringBuilder sql = new StringBuilder("create temporary table batch (");
        columns.columns()
                .forEach(column -> sql.append(column.written())
                        .append(' ')
                        .append(column.type())
                        .append(", "));
        this.create = sql.append(OWN).append(") on commit delete rows").toString();
    }

    /** The statement that makes it. */
    String create() {
        return create;
    }

    /** Makes it where the session does not have it; ends the transaction in hand then, in which nothing was done yet. */
    @Nullable
    Void prepare(Connection connection) throws SQLException {
        PGConnection session = connection.unwrap(PGConnection.class);
        BatchRelation made = MADE.get(session);
        if (made != null && made.create.equals(create) && kinds != null) {
            return null;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists pg_temp.batch");
            statement.execute(create);
            List<BatchRows.Kind> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(KINDS)) {
                while (rows.next()) {
                    found.add(BatchRows.Kind.valueOf(rows.getString(1)));
                }
            }
            kinds = List.copyOf(found);
        }
        connection.commit();
        MADE.put(session, this);
        return null;
    }

    /**
     * Gives it the messages to apply, and no other.
     *
     * @param again whether it may have rows of this transaction
     * @throws RefusedRowException if one of them cannot be a row
     */
    @Nullable
    Void fill(Connection connection, Batch filled, boolean again) throws SQLException {
        if (again) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("delete from pg_temp.batch");
            }
        }
        List<Message> messages = filled.freshMessages();
        List<BatchRows.Kind> known = kinds;
        if (messages.isEmpty()) {
            return null;
        }
        if (known == null) {
            throw new IllegalStateException("The relation batch is not prepared");
        }
        BatchRows rows = new BatchRows(batch, columns.columns(), known);
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy pg_temp.batch from stdin");
        try {
            for (int i = 0; i < messages.size(); i++) {
                add(rows, messages.get(i), i + 1);
                if (rows.size() >= PIECE) {
                    copy.writeToCopy(rows.bytes(), 0, rows.size());
                    rows.clear();
                }
            }
            copy.writeToCopy(rows.bytes(), 0, rows.size());
            copy.endCopy();
        } catch (PSQLException e) {
            Message refused = refused(e, messages);
            if (refused == null) {
                throw e;
            }
            throw new RefusedRowException(refused, e);
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        return null;
    }

    private static void add(BatchRows rows, Message message, int number) {
        try {
            rows.add(message, number);
        } catch (RejectedException e) {
            throw new RefusedRowException(message, e);
        }
    }

    /** The message whose row the server names, or null. */
    private static @Nullable Message refused(PSQLException e, List<Message> messages) {
        ServerErrorMessage said = e.getServerErrorMessage();
        Matcher line = LINE.matcher(said == null ? "" : String.valueOf(said.getWhere()));
        int row = line.find() ? Integer.parseInt(line.group(1)) : 0;
        return row < 1 || row > messages.size() ? null : messages.get(row - 1);
    }
}

package dev.headgate.deadletter;

import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import dev.headgate.message.Rejection;
import dev.headgate.message.Replay;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Holds the later messages of a refused one's key, for batches with {@code onReject=hold-key}. Thread-safe.
 *
 * <p>A dead letter is open until it is discarded or its replay has ended well. One statement a batch finds the open ones
 * of its keys; it sees what had been committed when it began. That is enough: a message is read only after the offset of
 * the one before it in its partition was committed or by the same consumer, and that offset is committed only after its
 * dead letter is.
 */
public final class HeldKeys {

    // Only the first few of each key matter: as many as the batch may close, and one more.
    private static final String OPEN = """
            select k.pipeline, k.key, d.id
            from unnest(?::text[], ?::text[], ?::int[]) as k (pipeline, key, needed)
            cross join lateral (
                select id from headgate.dead_letter
                where pipeline = k.pipeline and md5(key) = md5(k.key) and key = k.key
                  and settled_at is null and state <> 'discarded'
                order by id
                limit k.needed) d
            order by d.id
            """;

    private final JdbcTemplate jdbc;

    public HeldKeys(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /**
     * Marks the messages of a batch that have to wait as held. Takes part in the transaction of the calling thread.
     *
     * @param stage the name of the batch, for their rejections
     * @param messages all of the batch, in order of arrival
     * @param applied which of the given messages have taken effect before; asked only if some would be held
     */
    public void hold(String stage, List<Message> messages, Function<List<Message>, Set<Message>> applied) {
        List<Message> waiting = waiting(messages, open(messages));
        if (waiting.isEmpty()) {
            return;
        }
        Set<Message> done = applied.apply(waiting);
        waiting.stream()
                .filter(message -> !done.contains(message))
                .forEach(message ->
                        message.hold(new Rejection(stage, "held", "an earlier message of its key was refused", 1)));
    }

    /**
     * Follows the batch in its order: a replay passes if it is the first open one of its key, and closes that; anything
     * else passes if none is open, and none was refused or held earlier in this batch.
     */
    private static List<Message> waiting(List<Message> messages, Map<PipelineKey, ArrayDeque<Long>> open) {
        List<Message> waiting = new ArrayList<>();
        Set<PipelineKey> refused = new HashSet<>();
        for (Message message : messages) {
            PipelineKey key = keyOf(message);
            if (key == null) {
                continue;
            }
            ArrayDeque<Long> first = open.getOrDefault(key, new ArrayDeque<>());
            Replay replay = message.replay();
            boolean free = replay == null
                    ? first.isEmpty() && !refused.contains(key)
                    : first.isEmpty() || first.getFirst() >= replay.deadLetter();
            if (message.rejection() == null && !free) {
                waiting.add(message);
            }
            if (message.rejection() != null || !free) {
                refused.add(key);
            } else if (replay != null && !first.isEmpty() && first.getFirst() == replay.deadLetter()) {
                first.removeFirst();
            }
        }
        return waiting;
    }

    private Map<PipelineKey, ArrayDeque<Long>> open(List<Message> messages) {
        Map<PipelineKey, Integer> needed = new LinkedHashMap<>();
        for (Message message : messages) {
            PipelineKey key = keyOf(message);
            if (key != null) {
                needed.merge(key, message.replay() == null ? 0 : 1, Integer::sum);
            }
        }
        Map<PipelineKey, ArrayDeque<Long>> open = new HashMap<>();
        if (!needed.isEmpty()) {
            jdbc.execute(OPEN, (PreparedStatement statement) -> {
                setKeys(statement, needed);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        open.computeIfAbsent(
                                        new PipelineKey(rows.getString(1), rows.getString(2)),
                                        key -> new ArrayDeque<>())
                                .addLast(rows.getLong(3));
                    }
                }
                return null;
            });
        }
        return open;
    }

    private static void setKeys(PreparedStatement statement, Map<PipelineKey, Integer> needed) throws SQLException {
        Connection connection = statement.getConnection();
        String[] pipelines = needed.keySet().stream().map(PipelineKey::pipeline).toArray(String[]::new);
        String[] keys = needed.keySet().stream().map(PipelineKey::key).toArray(String[]::new);
        Integer[] limits = needed.values().stream().map(count -> count + 1).toArray(Integer[]::new);
        statement.setArray(1, connection.createArrayOf("text", pipelines));
        statement.setArray(2, connection.createArrayOf("text", keys));
        statement.setArray(3, connection.createArrayOf("int4", limits));
    }

    /** Null for a message that its source gave no key. */
    private static @Nullable PipelineKey keyOf(Message message) {
        String key = message.sourceKey();
        return key == null ? null : new PipelineKey(message.pipeline(), key);
    }
}

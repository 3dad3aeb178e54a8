package dev.headgate.deadletter;

import dev.headgate.message.AsItCame;
import dev.headgate.message.Headers;
import dev.headgate.message.SourcePosition;
import dev.headgate.message.StoredText;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The SQL of replays and releases; joins the transaction of the calling thread, if there is one. */
final class ReplayQueries {

    /** One to send again, as it came. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; a copy of each payload would cost more than it guards
    record Resent(long id, String pipeline, SourcePosition source, AsItCame keyAndHeaders, byte @Nullable [] payload) {}

    private static final String PLAN = """
            with chosen as (
                select id, pipeline, key, reason, source, octet_length(payload) as bytes, replays >= :maxReplays as exhausted, cut
                from headgate.dead_letter
                where state = 'dead' and not held and %s)
            select id, pipeline, key, reason, source, bytes, exhausted, cut, false as follows from chosen
            union all
            select h.id, h.pipeline, h.key, h.reason, h.source, octet_length(h.payload), false, false, true
            from headgate.dead_letter h
            where h.held and h.state = 'dead'
              and exists (select from chosen c
                          where c.pipeline = h.pipeline and c.key = h.key and c.id < h.id and not c.exhausted and not c.cut
                            and c.source not like 'outbox:%%' and c.source not like 'job:%%')
            order by id
            """;

    // The condition is that of the index dead_letter_blocking.
    private static final String RELEASABLE = """
            select h.id, h.pipeline, h.key, h.reason, h.source, octet_length(h.payload) as bytes, true as follows
            from headgate.dead_letter h
            where h.held and h.state = 'dead' and h.source !~ '^(job|outbox):'
              and not exists (
                  select from headgate.dead_letter b
                  where b.pipeline = h.pipeline and md5(b.key) = md5(h.key) and b.key = h.key and b.id < h.id
                    and b.settled_at is null and b.state <> 'discarded' and not (b.held and b.state = 'dead'))
            order by h.id
            limit ?
            """;

    // Who refuses or applies a replay waits for this lock, and so for the mark.
    private static final String LOCK = """
            select id, pipeline, source, key, headers, payload from headgate.dead_letter
            where id = any (?) and state = 'dead' and not cut and (held or replays < ?)
            order by id
            for update
            """;

    private static final String MARK = """
            update headgate.dead_letter
            set state = 'replayed', replayed_at = now(), replays = replays + case when held then 0 else 1 end
            where id = any (?)
            """;

    private static final String TO_OUTBOX = """
            insert into headgate.outbox (id, pipeline, destination, key, content_type, headers, payload)
            overriding system value
            select substring(source from '[0-9]+$')::bigint, pipeline, substring(source from '^outbox:(.*):[0-9]+$'),
                   key, headers ->> 'content-type', headers, payload
            from headgate.dead_letter
            where id = any (?)
            order by id
            """;

    // The job itself may have been pruned. What a batch refused of a job is open until a batch has applied it: that one
    // knows by the header which dead letter to close. Its job has completed.
    private static final String TO_JOBS = """
            insert into headgate.job (id, queue, headers, payload)
            overriding system value
            select substring(source from '[0-9]+$')::bigint, substring(source from '^job:(.*):[0-9]+$'),
                   case when settled_at is null
                        then headers::jsonb || jsonb_build_object('%s', r.seal) else headers::jsonb end,
                   payload
            from headgate.dead_letter d
            join unnest(?::bigint[], ?::text[]) as r (letter, seal) on r.letter = d.id
            order by d.id
            on conflict (id) do update
               set state = 'available', scheduled_at = now(), attempt = 0, ended_at = null, headers = excluded.headers
             where job.state in ('discarded', 'completed')
            """.formatted(Headers.REPLAY);

    // Entries of the outbox and jobs of a handler are settled from the beginning: their own rows tell.
    private static final String OUTCOMES = """
            select id, state, held, reason, error
            from (select d.*, substring(source from '^(job|outbox):') as kind,
                         case when source ~ '^(job|outbox):.*:[0-9]{1,18}$'
                              then substring(source from '[0-9]+$')::bigint end as row_id
                  from headgate.dead_letter d where id = any (?)) d
            where state <> 'replayed'
               or (settled_at is not null
                   and not (kind = 'outbox' and exists (
                       select from headgate.outbox o where o.id = d.row_id and o.delivered_at is null))
                   and not (kind = 'job' and exists (
                       select from headgate.job j
                       where j.id = d.row_id and j.state not in ('completed', 'cancelled', 'discarded'))))
            """;

    private final JdbcTemplate jdbc;
    private final Predicate<SourcePosition> consumed;
    private final int maxReplays;

    ReplayQueries(DataSource dataSource, Predicate<SourcePosition> consumed, int maxReplays) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.consumed = consumed;
        this.maxReplays = maxReplays;
    }

    ReplayPlan plan(Selection selection) {
        List<ReplayPlan.Letter> letters = new ArrayList<>();
        Map<String, Long> pipelines = new TreeMap<>();
        Map<String, String> known = new HashMap<>();
        Set<String> elsewhere = new TreeSet<>();
        long[] counts = new long[4];
        new NamedParameterJdbcTemplate(jdbc)
                .query(
                        PLAN.formatted(selection.condition()),
                        selection.parameters().addValue("maxReplays", maxReplays),
                        (ResultSet row) -> {
                            boolean chosen = !row.getBoolean("follows");
                            if (row.getBoolean("cut")) {
                                counts[3]++;
                            } else if (row.getBoolean("exhausted")) {
                                counts[1]++;
                            } else if (!consumed.test(SourcePosition.parse(row.getString("source")))) {
                                counts[2] += chosen ? 1 : 0;
                                elsewhere.add(row.getString("source"));
                            } else {
                                counts[0] += chosen ? 1 : 0;
                                letters.add(letter(row, known));
                                pipelines.merge(row.getString("pipeline"), 1L, Long::sum);
                            }
                        });
        return new ReplayPlan(letters, counts[0], counts[1], counts[2], elsewhere, counts[3], pipelines);
    }

    /** The held ones that nothing of their key stands before any more, at most as many as asked for. */
    List<ReplayPlan.Letter> releasable(int atMost) {
        List<ReplayPlan.Letter> letters = new ArrayList<>();
        Map<String, String> known = new HashMap<>();
        jdbc.query(
                RELEASABLE,
                (ResultSet row) -> {
                    if (consumed.test(SourcePosition.parse(row.getString("source")))) {
                        letters.add(letter(row, known));
                    }
                },
                atMost);
        return letters;
    }

    /** Those that may be sent, in order, locked until the transaction ends. */
    List<Resent> lock(List<Long> ids) {
        return jdbc.query(
                LOCK,
                statement -> {
                    setIds(statement, ids);
                    statement.setInt(2, maxReplays);
                },
                (row, number) -> resent(row));
    }

    /** Makes them entries of the outbox again, with the ids they had. */
    void toOutbox(List<Resent> letters) {
        jdbc.update(TO_OUTBOX, statement -> setIds(statement, ids(letters)));
    }

    /** Makes them jobs to be done again, with the ids they had, and all their attempts. */
    void toJobs(List<Resent> letters, Function<Resent, String> seal) {
        jdbc.update(TO_JOBS, statement -> {
            setIds(statement, ids(letters));
            String[] seals = letters.stream().map(seal).toArray(String[]::new);
            statement.setArray(2, statement.getConnection().createArrayOf("text", seals));
        });
    }

    private static List<Long> ids(List<Resent> letters) {
        return letters.stream().map(Resent::id).toList();
    }

    void mark(List<Long> ids) {
        jdbc.update(MARK, statement -> setIds(statement, ids));
    }

    /** What has become of replays, of those of which it is known. */
    Map<Long, ReplayRun.Outcome> outcomes(Collection<Long> ids) {
        Map<Long, ReplayRun.Outcome> outcomes = new HashMap<>();
        jdbc.query(OUTCOMES, statement -> setIds(statement, ids), (ResultSet row) -> {
            outcomes.put(row.getLong("id"), outcome(row));
        });
        return outcomes;
    }

    private static ReplayRun.Outcome outcome(ResultSet row) throws SQLException {
        DeadLetter.State state = DeadLetterRows.state(row);
        ReplayRun.End end = state == DeadLetter.State.REPLAYED
                ? ReplayRun.End.APPLIED
                : state == DeadLetter.State.DEAD && !row.getBoolean("held")
                        ? ReplayRun.End.REFUSED
                        : ReplayRun.End.OTHER;
        String error = row.getString("error");
        return new ReplayRun.Outcome(end, row.getString("reason"), error == null ? "" : error);
    }

    private static void setIds(PreparedStatement statement, Collection<Long> ids) throws SQLException {
        statement.setArray(1, statement.getConnection().createArrayOf("int8", ids.toArray(Long[]::new)));
    }

    /** @param known names and reasons, each of which is in memory once */
    private static ReplayPlan.Letter letter(ResultSet row, Map<String, String> known) throws SQLException {
        return new ReplayPlan.Letter(
                row.getLong("id"),
                known.computeIfAbsent(row.getString("pipeline"), text -> text),
                known.computeIfAbsent(row.getString("reason"), text -> text),
                row.getString("key"),
                row.getLong("bytes"),
                row.getBoolean("follows"));
    }

    private static Resent resent(ResultSet row) throws SQLException {
        String key = row.getString("key");
        return new Resent(
                row.getLong("id"),
                row.getString("pipeline"),
                SourcePosition.parse(row.getString("source")),
                new AsItCame(key == null ? null : StoredText.bytes(key), AsItCame.parse(row.getString("headers"))),
                row.getBytes("payload"));
    }
}

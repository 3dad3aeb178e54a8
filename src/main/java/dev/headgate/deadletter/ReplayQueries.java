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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
                            and not %s)
            order by id
            """;

    // The condition is that of the index dead_letter_blocking.
    private static final String RELEASABLE = """
            select h.id, h.pipeline, h.key, h.reason, h.source, octet_length(h.payload) as bytes, true as follows
            from headgate.dead_letter h
            where h.held and h.state = 'dead' and not %s
              and not exists (
                  select from headgate.dead_letter b
                  where b.pipeline = h.pipeline and md5(b.key) = md5(h.key) and b.key = h.key and b.id < h.id
                    and b.settled_at is null and b.state <> 'discarded' and not (b.held and b.state = 'dead'))
            order by h.id
            limit ?
            """.formatted(SourcePosition.isRow("h.source"));

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
            select r.entry, d.pipeline, r.destination, d.key, d.headers ->> 'content-type', d.headers, d.payload
            from headgate.dead_letter d
            join unnest(?::bigint[], ?::bigint[], ?::text[]) as r (letter, entry, destination) on r.letter = d.id
            order by d.id
            """;

    // The job itself may have been pruned. What a batch refused of a job is open until a batch has applied it: that one
    // knows by the header which dead letter to close. Its job has completed.
    private static final String TO_JOBS = """
            insert into headgate.job (id, queue, headers, payload)
            overriding system value
            select r.job, r.queue,
                   case when d.settled_at is null
                        then d.headers::jsonb || jsonb_build_object('%s', r.seal) else d.headers::jsonb end,
                   d.payload
            from headgate.dead_letter d
            join unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[]) as r (letter, job, queue, seal) on r.letter = d.id
            order by d.id
            on conflict (id) do update
               set state = 'available', scheduled_at = now(), attempt = 0, ended_at = null, headers = excluded.headers
             where job.state in ('discarded', 'completed')
            returning id
            """.formatted(Headers.REPLAY);

    // Entries of the outbox and jobs of a handler are settled from the beginning: their own rows tell.
    private static final String OUTCOMES = """
            select id, state, held, reason, error, source
            from headgate.dead_letter
            where id = any (?) and (state <> 'replayed' or settled_at is not null)
            """;

    private static final String ENTRIES_PENDING =
            "select id from headgate.outbox where id = any (?) and delivered_at is null";

    private static final String JOBS_UNDER_WAY = """
            select id from headgate.job where id = any (?) and state not in ('completed', 'cancelled', 'discarded')
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
                        PLAN.formatted(selection.condition(), SourcePosition.isRow("c.source")),
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
        List<SourcePosition.Outbox> entries = letters.stream()
                .map(letter -> (SourcePosition.Outbox) letter.source().whole())
                .toList();
        jdbc.update(TO_OUTBOX, statement -> {
            setArray(statement, 1, "int8", letters.stream().map(Resent::id));
            setArray(statement, 2, "int8", entries.stream().map(SourcePosition.Outbox::id));
            setArray(statement, 3, "text", entries.stream().map(SourcePosition.Outbox::destination));
        });
    }

    /**
     * Makes them jobs to be done again, with the ids they had, and all their attempts.
     *
     * @return those that are; the others' jobs are under way, perhaps for another part of the same one
     */
    List<Resent> toJobs(List<Resent> letters, Function<Resent, String> seal) {
        Map<SourcePosition.Job, Resent> jobs = new LinkedHashMap<>();
        letters.forEach(
                letter -> jobs.putIfAbsent((SourcePosition.Job) letter.source().whole(), letter));
        Set<Long> again = new HashSet<>(jdbc.query(
                TO_JOBS,
                statement -> {
                    setArray(statement, 1, "int8", jobs.values().stream().map(Resent::id));
                    setArray(statement, 2, "int8", jobs.keySet().stream().map(SourcePosition.Job::id));
                    setArray(statement, 3, "text", jobs.keySet().stream().map(SourcePosition.Job::queue));
                    setArray(statement, 4, "text", jobs.values().stream().map(seal));
                },
                (row, number) -> row.getLong("id")));
        jobs.keySet().removeIf(job -> !again.contains(job.id()));
        return List.copyOf(jobs.values());
    }

    void mark(List<Long> ids) {
        jdbc.update(MARK, statement -> setIds(statement, ids));
    }

    /** What has become of replays, of those of which it is known. */
    Map<Long, ReplayRun.Outcome> outcomes(Collection<Long> ids) {
        Map<Long, ReplayRun.Outcome> outcomes = new HashMap<>();
        Map<Long, Long> entries = new HashMap<>();
        Map<Long, Long> jobs = new HashMap<>();
        jdbc.query(OUTCOMES, statement -> setIds(statement, ids), (ResultSet row) -> {
            long letter = row.getLong("id");
            ReplayRun.Outcome outcome = outcome(row);
            outcomes.put(letter, outcome);
            SourcePosition source =
                    SourcePosition.parse(row.getString("source")).whole();
            if (outcome.end() == ReplayRun.End.APPLIED && source instanceof SourcePosition.Outbox entry) {
                entries.put(entry.id(), letter);
            } else if (outcome.end() == ReplayRun.End.APPLIED && source instanceof SourcePosition.Job job) {
                jobs.put(job.id(), letter);
            }
        });
        outcomes.keySet().removeAll(underWay(ENTRIES_PENDING, entries));
        outcomes.keySet().removeAll(underWay(JOBS_UNDER_WAY, jobs));
        return outcomes;
    }

    /** The letters of the rows that the query finds. */
    private Set<Long> underWay(String query, Map<Long, Long> letters) {
        return letters.isEmpty()
                ? Set.of()
                : new HashSet<>(jdbc.query(
                        query,
                        statement -> setIds(statement, letters.keySet()),
                        (row, number) -> letters.get(row.getLong("id"))));
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

    private static void setArray(PreparedStatement statement, int index, String type, Stream<?> values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
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

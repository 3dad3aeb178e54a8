package dev.headgate.chaos;

import dev.headgate.demo.Account;
import dev.headgate.demo.Figure;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * Reads what became of each message, from outside: what was sent and what is in the targets is brought beside
 * Headgate's tables, and compared there. To be called when nothing flows any more.
 */
final class Audit {

    private static final String TABLES = """
            set work_mem = '128MB';
            drop table if exists chaos.sent, chaos.target, chaos.message, chaos.applied, chaos.refused, chaos.entry,
                chaos.effect, chaos.times, chaos.traced;
            create table chaos.sent (id text, key text, version int, poison boolean, partition int, position bigint);
            create table chaos.target (topic text, partition int, position bigint, entry bigint, key text)
            """;

    /**
     * What was sent, each once, with the only partition that it was sent into, if it was one only, and how many effects it is
     * to have.
     */
    private static final String DISTINCT = """
            create table chaos.message as
            select id, key, version, poison, case when min(partition) = max(partition) then min(partition) end as partition,
                %s as effects
            from chaos.sent group by id, key, version, poison;
            create index on chaos.message (id);
            create table chaos.applied as
            select key as id from headgate.ledger where source not like 'job:%%';
            create table chaos.refused as
            select headers ->> 'message-id' as id, reason from headgate.dead_letter;
            create table chaos.entry as
            select id, key, destination, delivered_at is not null as delivered from headgate.outbox;
            create index on chaos.applied (id);
            create index on chaos.refused (id);
            analyze
            """;

    private static final String SENT = "select count(*) from chaos.sent";
    private static final String DUE = "select coalesce(sum(effects), 0) from chaos.message where not poison";
    private static final String APPLIED = "select count(*) from chaos.applied";
    private static final String APPLIED_BY_POSITION = "select coalesce(sum(applied), 0) from headgate.source_position";
    private static final String DUE_OF_RECORDED =
            DUE + " and not exists (select from chaos.refused r where r.id = message.id)";
    private static final String REFUSED = "select count(*) from chaos.refused";
    private static final String POISON = "select count(*) from chaos.sent where poison";
    private static final String REFUSED_POISON =
            "select count(*) from chaos.refused join chaos.message using (id) where poison and reason <> ''";
    private static final String LOST = """
            select count(*) from chaos.message m
            where not exists (select from chaos.applied a where a.id = m.id)
                and not exists (select from chaos.refused r where r.id = m.id)
            """;
    private static final String WRONGLY_REFUSED =
            "select count(distinct id) from chaos.message join chaos.refused using (id) where not poison";
    private static final String BOTH = "select count(distinct id) from chaos.applied join chaos.refused using (id)";
    private static final String UNKNOWN = """
            select count(*) from chaos.applied a
            where not exists (select from chaos.message m where m.id = a.id and not m.poison)
            """;
    private static final String TWO_FATES = """
            select count(*) from (
                select version from chaos.message m
                group by version
                having bool_or(exists (select from chaos.applied a where a.id = m.id))
                    and bool_or(exists (select from chaos.refused r where r.id = m.id))) line
            """;

    private static final String TWO_FATES_BY_POSITION = """
            select count(*) from (
                select version, sum(effects) as records, sum(refusals) as refused
                from (select version, effects, (select count(*) from chaos.refused r where r.id = m.id) as refusals
                      from chaos.message m) message
                group by version) line
            where refused not in (0, records)
            """;

    /** Of all topics of the name together, whose partitions have the same numbers. */
    private static final String MISCOUNTED = """
            select count(*) from (select partition, count(*) as records from chaos.sent group by partition) sent
            full join (
                select substring(source from '[0-9]+$')::int as partition, sum(applied + dead_letters) as ended
                from headgate.source_position group by 1) counted using (partition)
            where coalesce(records, 0) <> coalesce(ended, 0)
            """;

    private static final String ENTRIES = "select count(*) from chaos.entry";
    private static final String DELIVERED = "select count(*) from chaos.entry where delivered";
    private static final String RELAYED = "select count(distinct entry) from chaos.target";
    private static final String MISSING = """
            select count(*) from chaos.entry e where not exists (select from chaos.target t where t.entry = e.id)
            """;
    private static final String STRANGERS = """
            select count(*) from chaos.target t
            where not exists (
                select from chaos.entry e
                where e.id = t.entry and (t.partition is null or e.key is not distinct from t.key))
            """;
    private static final String REPEATS = "select count(*) - count(distinct (topic, entry)) from chaos.target";
    private static final String STEPS_BACK = """
            select count(*) from (
                select entry < lag(entry) over (partition by topic, key order by position) as back
                from (select topic, key, entry, min(position) as position
                      from chaos.target where key is not null group by topic, key, entry) first) step
            where back
            """;

    private static final String ORDERS = """
            create table chaos.effect as
            select id as entry, key, (convert_from(payload, 'UTF8')::json ->> 'version')::int as version
            from headgate.outbox where destination = 'orders-applied'
            """;

    /**
     * Effects beside what was sent, by order and version, which are one message; and each effect beside the record that it is
     * of: the second one of a message is that of its second record.
     */
    static final String COMPARED = """
            create table chaos.times as
            select key, version, coalesce(due, 0) as due, coalesce(found, 0) as found
            from (select key, version, sum(effects) as due from chaos.message where not poison group by key, version) sent
            full join (select key, version, count(*) as found from chaos.effect group by key, version) effect
                using (key, version);
            create table chaos.traced as
            select e.*, r.partition, r.position
            from (select *, row_number() over (partition by key, version order by entry) as number from chaos.effect) e
            join (
                select m.key, m.version, m.partition, s.position,
                    row_number() over (partition by m.key, m.version order by s.position) as number
                from chaos.message m join chaos.sent s using (id)
                where not m.poison and m.partition is not null) r using (key, version, number);
            analyze chaos.times, chaos.traced
            """;

    private static final String DOUBLED = "select count(*) from chaos.times where found > due";
    private static final String WITHOUT_ENTRY = "select count(*) from chaos.times where found < due";
    private static final String OUT_OF_ORDER = """
            select count(*) from (
                select position < lag(position) over (partition by key, partition order by entry) as back
                from chaos.traced) step
            where back
            """;
    private static final String WRONG_STATES = """
            select count(*) from (select key, max(version) as version from chaos.message where not poison group by key) last
            full join public.orders o on o.order_id = last.key
            where o.version is distinct from last.version
            """;
    private static final String TENTHS = "select count(*) from chaos.effect where hashtext(key) % 10 = 0";
    private static final String RECEIPTS =
            "select count(*) from headgate.job where queue = 'send-receipt' and state = 'completed'";
    private static final String SENT_RECEIPTS = "select count(*) from public.receipts";

    /**
     * What was found.
     *
     * @param duplicates messages that came again and were absorbed
     * @param deadLetters in the table
     * @param repeats messages in the targets whose entry is there already
     */
    record Result(Account account, long duplicates, long deadLetters, long repeats) {}

    private final Site site;
    private final Path directory;
    private final boolean orders;
    private final long mostRepeats;

    /**
     * @param orders whether the shipped pipeline had generated orders, of which more is known
     * @param mostRepeats as many messages may be in a target again
     */
    Audit(Site site, Path directory, boolean orders, long mostRepeats) {
        this.site = site;
        this.directory = directory;
        this.orders = orders;
        this.mostRepeats = mostRepeats;
    }

    Result read() throws SQLException, IOException, InterruptedException {
        long received = site.source().received();
        try (Connection connection = site.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLES);
            copy(connection, "chaos.sent", site.sentLog().file());
            copy(connection, "chaos.target", site.targets().read());
            boolean keyed = site.isKeyed();
            statement.execute(DISTINCT.formatted(keyed ? "1" : "count(*)"));
            long sent = count(statement, SENT);
            long applied = count(statement, keyed ? APPLIED : APPLIED_BY_POSITION);
            long refused = count(statement, REFUSED);
            long entries = count(statement, ENTRIES);
            long repeats = count(statement, REPEATS);
            List<Figure> figures = new ArrayList<>();
            figures.add(new Figure("sent", "messages in the source", sent, received));
            figures.add(new Figure(
                    "applied",
                    "messages applied (%s)".formatted(site.batchTable()),
                    count(statement, orders ? DUE : DUE_OF_RECORDED),
                    applied));
            if (orders) {
                figures.add(new Figure(
                        "poison",
                        "poison that became dead letters, each with a reason",
                        count(statement, POISON),
                        count(statement, REFUSED_POISON)));
                figures.add(nothing("wrongly refused", "valid dead letters", statement, WRONGLY_REFUSED));
            } else {
                figures.add(nothing(
                        "two fates",
                        "lines now applied, now refused",
                        statement,
                        keyed ? TWO_FATES : TWO_FATES_BY_POSITION));
            }
            if (keyed) {
                figures.add(nothing("lost", "messages neither applied nor dead letters", statement, LOST));
                figures.add(nothing("applied and refused", "messages both applied and dead letters", statement, BOTH));
                figures.add(nothing("unknown", "ledger keys that nobody sent, or only as poison", statement, UNKNOWN));
            } else {
                figures.add(nothing(
                        "miscounted",
                        "partitions that have not as many messages applied or refused as records",
                        statement,
                        MISCOUNTED));
            }
            figures.add(new Figure(
                    "unacknowledged",
                    "messages not acknowledged to the source",
                    0,
                    site.source().backlog()));
            figures.add(new Figure(
                    "delivered", "outbox entries marked as delivered", entries, count(statement, DELIVERED)));
            if (!site.targets().names().isEmpty()) {
                figures.add(
                        new Figure("relayed", "distinct entries in the target", entries, count(statement, RELAYED)));
                figures.add(nothing("missing", "outbox entries missing from the target", statement, MISSING));
                figures.add(nothing("strangers", "messages of the target without an entry", statement, STRANGERS));
                figures.add(nothing(
                        "steps back",
                        "entries that first came behind a later one of their key",
                        statement,
                        STEPS_BACK));
                figures.add(new Figure(
                        "repeats beyond bound",
                        "repeats in the target beyond those that its relay may leave",
                        0,
                        Math.max(0, repeats - mostRepeats)));
            }
            if (!site.buckets().isEmpty()) {
                figures.addAll(new ObjectAudit(site, directory, orders).read(connection, applied));
            } else if (orders) {
                statement.execute(ORDERS);
                statement.execute(COMPARED);
                figures.add(nothing("doubled", "messages with an outbox entry too many", statement, DOUBLED));
                figures.add(
                        nothing("without entry", "messages with an outbox entry too few", statement, WITHOUT_ENTRY));
                figures.add(nothing(
                        "out of order",
                        "messages applied before one of their key that came earlier in the partition",
                        statement,
                        OUT_OF_ORDER));
                figures.add(
                        nothing("wrong states", "orders that are not as their last version", statement, WRONG_STATES));
                long tenths = count(statement, TENTHS);
                figures.add(new Figure(
                        "receipts", "jobs completed, one for each tenth order", tenths, count(statement, RECEIPTS)));
                figures.add(new Figure(
                        "receipts sent",
                        "receipts, one for each of these jobs",
                        tenths,
                        count(statement, SENT_RECEIPTS)));
            }
            return new Result(new Account(figures), received - applied - refused, refused, repeats);
        }
    }

    static Figure nothing(String name, String what, Statement statement, String sql) throws SQLException {
        return new Figure(name, what, 0, count(statement, sql));
    }

    static long count(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static void copy(Connection connection, String table, Path file) throws SQLException, IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + table + " from stdin", reader);
        }
    }
}

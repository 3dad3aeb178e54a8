package dev.headgate.demo;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Reads an {@link Account} of one pipeline: its source, Headgate's tables and its sink, as they are. */
final class Auditor {
    private static final String APPLIED = "select count(*) from headgate.ledger where pipeline = ?";
    private static final String DEAD_LETTERS = "select count(*) from headgate.dead_letter where pipeline = ?";

    private final JdbcTemplate jdbc;
    private final String pipeline;
    private final Source source;
    private final Sink sink;

    Auditor(DataSource dataSource, String pipeline, Source source, Sink sink) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.pipeline = pipeline;
        this.source = source;
        this.sink = sink;
    }

    /** Call it when nothing flows any more. */
    Account read(Totals expected) throws SQLException {
        long received = source.received();
        long applied = count(APPLIED);
        long deadLettered = count(DEAD_LETTERS);
        List<Figure> figures = new ArrayList<>(List.of(
                new Figure("produced", "messages in the source", expected.produced(), received),
                new Figure("applied", "messages applied (headgate.ledger)", expected.valid(), applied),
                new Figure(
                        "duplicates", "duplicates absorbed", expected.duplicates(), received - applied - deadLettered),
                new Figure("dead-lettered", "dead letters (headgate.dead_letter)", expected.invalid(), deadLettered),
                new Figure("unacknowledged", "messages not acknowledged to the source", 0, source.backlog())));
        figures.addAll(sink.audit(expected));
        return new Account(figures);
    }

    private long count(String sql) {
        Long count = jdbc.queryForObject(sql, Long.class, pipeline);
        return count == null ? 0 : count;
    }
}

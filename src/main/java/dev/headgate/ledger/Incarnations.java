package dev.headgate.ledger;

import java.util.Objects;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The lives of sources, numbered in the order in which they were first seen by any process on this database: a topic that
 * was deleted and made again is another one under the same name. Thread-safe.
 */
public final class Incarnations {

    // Who comes at the same time with another life of the same source waits for the other's number and then repeats.
    private static final String NUMBER = """
            insert into headgate.incarnation (source, number, token)
            select ?, (select count(*) from headgate.incarnation where source = ?), ?
            where not exists (select from headgate.incarnation where source = ? and token = ?)
            on conflict do nothing
            """;

    private static final String READ = "select max(number) from headgate.incarnation where source = ? and token = ?";

    private final JdbcTemplate jdbc;

    public Incarnations(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /** The number of a life that some process has seen; empty if none has. Writes nothing. */
    public OptionalInt known(String source, String token) {
        Integer number = jdbc.queryForObject(READ, Integer.class, source, token);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /**
     * The number of a source's present life; one that is new gets the next number. Durable when it returns.
     *
     * @param source names it, such as {@code kafka:orders}
     * @param token what the source's server calls this life, such as Kafka's topic id
     * @throws org.springframework.dao.DataAccessException if the database cannot be used
     */
    public int number(String source, String token) {
        Integer number;
        do {
            jdbc.update(NUMBER, source, source, token, source, token);
            number = jdbc.queryForObject(READ, Integer.class, source, token);
        } while (number == null);
        return Objects.requireNonNull(number);
    }
}

package dev.headgate.database;

import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What tells this installation, that is all processes on one database, from any other. It never changes.
 *
 * @param id unique in the world
 * @param secret what the installation signs its own headers with, 32 bytes; never shown or logged
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and not copied on each use
public record Installation(UUID id, byte[] secret) {

    private static final String READ = "select id, secret from headgate.installation";

    /**
     * Reads it from the migrated database.
     *
     * @throws org.springframework.dao.DataAccessException if the database does not answer, or lacks the table
     */
    public static Installation read(DataSource dataSource) {
        return Objects.requireNonNull(new JdbcTemplate(dataSource)
                .queryForObject(
                        READ,
                        (row, number) -> new Installation(
                                Objects.requireNonNull(row.getObject("id", UUID.class)), row.getBytes("secret"))));
    }

    @Override
    public String toString() {
        return id.toString();
    }
}

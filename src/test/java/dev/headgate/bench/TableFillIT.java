package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.devservices.DevPostgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

class TableFillIT {

    private static final String ROWS =
            "insert into filled (name, number) select ?, i from generate_series(?::bigint, ?::bigint) i";

    @Test
    void a_filled_table_is_what_it_was_with_its_rows(@TempDir Path directory) {
        try (var postgres = DevPostgres.start(directory.resolve("postgres"))) {
            JdbcTemplate database = new JdbcTemplate(postgres.dataSource());
            database.execute("""
                    create table filled (
                        id bigint generated always as identity, name text check (name <> ''), number bigint not null,
                        primary key (name, number), unique (number)
                    ) with (fillfactor = 50);
                    create unique index pending on filled ((number & 15), id) where number > 5;
                    create index late on filled (id desc) with (fillfactor = 70);
                    alter table filled replica identity full
                    """);
            List<String> progress = new ArrayList<>();
            TableFill fill = new TableFill(database, "filled", progress::add);
            List<String> before = fill.definition();
            assertThat(before)
                    .anyMatch(part -> part.startsWith("filled p f 0 {fillfactor=50}"))
                    .anyMatch(part -> part.startsWith("CREATE UNIQUE INDEX pending"));

            fill.fill(ROWS, 30_005, "row");

            assertThat(fill.definition()).isEqualTo(before);
            assertThat(database.queryForObject("select count(distinct id) from filled", Long.class))
                    .isEqualTo(30_005);
            assertThat(database.queryForObject(
                            "select relallvisible from pg_class where relname = 'filled'", Long.class))
                    .isPositive();
            assertThat(progress.get(9)).startsWith("  filled: 30,005 of 30,005 rows, ");
            assertThatThrownBy(() -> database.update(ROWS, "row", 7, 7)).isInstanceOf(DuplicateKeyException.class);
        }
    }
}

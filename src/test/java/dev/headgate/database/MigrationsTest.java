package dev.headgate.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsTest {

    @Test
    void the_printed_schema_holds_every_migration() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/dev/headgate/database"))) {
            List<String> scripts = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".sql"))
                    .toList();

            assertThat(Migrations.FILES).containsExactlyInAnyOrderElementsOf(scripts);
        }
    }

    @Test
    void the_printed_schema_is_one_transaction_in_the_schema_of_headgate() {
        assertThat(Migrations.sql(0))
                .startsWith("begin;\ncreate schema if not exists headgate;\nset local search_path to headgate;\n")
                .contains("create table outbox")
                .endsWith("commit;\n");
    }
}

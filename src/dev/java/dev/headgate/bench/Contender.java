package dev.headgate.bench;

import dev.headgate.database.Migrations;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;

/** Who brings messages in and out, as a process: on tables of its own, told by the same settings where its servers are. */
enum Contender {
    /** {@code headgate run}. */
    HEADGATE {
        @Override
        void createTables(JdbcTemplate database, Path routes, Map<String, String> properties) {
            new Migrations(Settings.load(routes, null, Map.of()).with(properties, "the benchmark")).apply(routes);
        }

        @Override
        JavaProcess start(Path log, Path routes, Path config) throws IOException {
            return JavaProcess.shipped(
                    log, List.of("run", "--routes", routes.toString(), "--config", config.toString()));
        }
    },

    /** A loop and a relay as one writes them by hand. */
    PLAIN {
        @Override
        void createTables(JdbcTemplate database, Path routes, Map<String, String> properties) throws IOException {
            try (var tables = PlainMain.class.getResourceAsStream("plain.sql")) {
                database.execute(new String(tables.readAllBytes(), StandardCharsets.UTF_8));
            }
            Path migrations = routes.resolve("migrations");
            if (Files.isDirectory(migrations)) {
                try (Stream<Path> files = Files.list(migrations)) {
                    for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
                        database.execute(Files.readString(file));
                    }
                }
            }
        }

        @Override
        JavaProcess start(Path log, Path routes, Path config) throws IOException {
            return JavaProcess.development(log, PlainMain.class, List.of(routes.toString(), config.toString()));
        }
    };

    abstract void createTables(JdbcTemplate database, Path routes, Map<String, String> properties) throws IOException;

    abstract JavaProcess start(Path log, Path routes, Path config) throws IOException;
}

package dev.headgate.bench;

import dev.headgate.database.Migrations;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
            migrate(database, routes);
        }

        @Override
        JavaProcess start(Path log, Path routes, Path config) throws IOException {
            return JavaProcess.development(log, PlainMain.class, List.of(routes.toString(), config.toString()));
        }
    },

    /** A batch listener of Spring Kafka. */
    SPRING,

    /** Routes of Camel's documentation. */
    CAMEL,

    /** Debezium's JDBC sink in Kafka Connect. */
    SINK,

    /** Debezium's outbox event router. */
    ROUTER {
        @Override
        void createTables(JdbcTemplate database, Path routes, Map<String, String> properties) throws IOException {
            PLAIN.createTables(database, routes, properties);
        }

        @Override
        boolean relays() {
            return true;
        }
    };

    /** Whether it brings messages to the target topic. */
    boolean relays() {
        return this == HEADGATE || this == PLAIN;
    }

    void createTables(JdbcTemplate database, Path routes, Map<String, String> properties) throws IOException {
        migrate(database, routes);
    }

    /** As a peer, unless it says otherwise: of the build in {@code src/bench/peers}. */
    JavaProcess start(Path log, Path routes, Path config) throws IOException {
        return JavaProcess.peer(log, toString(), config);
    }

    private static void migrate(JdbcTemplate database, Path routes) throws IOException {
        Path migrations = routes.resolve("migrations");
        if (Files.isDirectory(migrations)) {
            try (Stream<Path> files = Files.list(migrations)) {
                for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
                    database.execute(Files.readString(file));
                }
            }
        }
    }

    /** Its name in commands and results. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

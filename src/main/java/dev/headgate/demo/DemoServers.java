package dev.headgate.demo;

import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.devservices.FreePort;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.Map;

/** The embedded servers that stand in for those of the settings. */
public final class DemoServers implements AutoCloseable {
    private final DevPostgres postgres;
    private final DevKafka kafka;

    private DemoServers(DevPostgres postgres, DevKafka kafka) {
        this.postgres = postgres;
        this.kafka = kafka;
    }

    /** Starts both; their data goes below the directory. */
    public static DemoServers start(Path directory) {
        var postgres = DevPostgres.start(directory.resolve("postgres"));
        try {
            return new DemoServers(postgres, DevKafka.start(directory.resolve("kafka")));
        } catch (RuntimeException failure) {
            postgres.close();
            throw failure;
        }
    }

    public DevPostgres postgres() {
        return postgres;
    }

    public DevKafka kafka() {
        return kafka;
    }

    /** The settings with these servers and a free management port. */
    public Settings in(Settings settings) {
        return settings.with(
                Map.of(
                        "camel.component.kafka.brokers", kafka.bootstrapServers(),
                        "camel.management.port", String.valueOf(FreePort.find()),
                        "headgate.database.url", postgres.jdbcUrl(),
                        "headgate.database.user", postgres.user(),
                        "headgate.database.password", postgres.password()),
                "the embedded servers");
    }

    @Override
    public void close() {
        try {
            kafka.close();
        } finally {
            postgres.close();
        }
    }
}

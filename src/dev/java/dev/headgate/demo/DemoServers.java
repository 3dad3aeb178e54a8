package dev.headgate.demo;

import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevKafkaCluster;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.devservices.DevRegistry;
import dev.headgate.devservices.DevS3;
import dev.headgate.devservices.DevSqs;
import dev.headgate.devservices.FreePort;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The embedded servers that stand in for those of the settings, each started when it is asked for first. Used by one
 * thread.
 */
public final class DemoServers implements AutoCloseable {
    private final Path directory;
    private final boolean logical;
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private @Nullable DevPostgres postgres;
    private @Nullable DevKafka kafka;
    private @Nullable DevKafkaCluster cluster;
    private @Nullable DevSqs sqs;
    private @Nullable DevS3 s3;
    private @Nullable DevRegistry registry;

    /** @param directory the servers' data goes below it */
    public DemoServers(Path directory) {
        this(directory, false);
    }

    DemoServers(Path directory, boolean logical) {
        this.directory = directory;
        this.logical = logical;
    }

    public DevPostgres postgres() {
        if (postgres == null) {
            Path data = directory.resolve("postgres");
            postgres = logical ? DevPostgres.startLogical(data) : DevPostgres.start(data);
            closing.push(postgres::close);
        }
        return postgres;
    }

    public DevKafka kafka() {
        if (kafka == null) {
            kafka = DevKafka.start(directory.resolve("kafka"));
            closing.push(kafka::close);
        }
        return kafka;
    }

    /** Instead of {@link #kafka}, for those who harm it; its settings are the caller's affair. */
    public DevKafkaCluster kafkaCluster() {
        if (cluster == null) {
            cluster = DevKafkaCluster.start(directory.resolve("kafka"));
            closing.push(cluster::close);
        }
        return cluster;
    }

    public DevSqs sqs() {
        if (sqs == null) {
            sqs = DevSqs.start();
            closing.push(sqs::close);
        }
        return sqs;
    }

    public DevS3 s3() {
        if (s3 == null) {
            s3 = DevS3.start(directory.resolve("s3"));
            closing.push(s3::close);
        }
        return s3;
    }

    DevRegistry registry() {
        if (registry == null) {
            registry = DevRegistry.start();
            closing.push(registry::close);
        }
        return registry;
    }

    /** The settings with {@link #properties}, and a free management port. */
    public Settings in(Settings settings) {
        Map<String, String> properties = properties();
        properties.put("camel.management.port", String.valueOf(FreePort.find()));
        return settings.with(properties, "the embedded servers");
    }

    /** The settings with what leads to those servers, other than Postgres, that were asked for until now. */
    public Settings aroundDatabase(Settings settings) {
        return settings.with(others(), "the embedded servers");
    }

    /** What leads to Postgres and to those servers that were asked for until now. */
    Map<String, String> properties() {
        Map<String, String> properties = others();
        properties.put("headgate.database.url", postgres().jdbcUrl());
        properties.put("headgate.database.user", postgres().user());
        properties.put("headgate.database.password", postgres().password());
        return properties;
    }

    private Map<String, String> others() {
        Map<String, String> properties = new HashMap<>();
        if (kafka != null) {
            properties.put("camel.component.kafka.brokers", kafka.bootstrapServers());
        }
        if (sqs != null) {
            properties.putAll(sqs.properties());
            // A stop waits for the polls that are under way: for 20 s, by default.
            properties.put("camel.component.aws2-sqs.wait-time-seconds", "1");
        }
        if (s3 != null) {
            properties.putAll(s3.properties());
        }
        if (registry != null) {
            properties.put("orders.registry", registry.url());
        }
        return properties;
    }

    /** Those started last first, whatever one of them throws. */
    @Override
    public void close() {
        Runnable next = closing.poll();
        if (next != null) {
            try {
                next.run();
            } finally {
                close();
            }
        }
    }
}

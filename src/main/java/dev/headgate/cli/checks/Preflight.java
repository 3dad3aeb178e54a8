package dev.headgate.cli.checks;

import dev.headgate.HeadgateException;
import dev.headgate.database.Database;
import dev.headgate.settings.Settings;
import java.nio.file.Path;

/** What can be known to fail before anything starts; each check gives one clear line. */
public final class Preflight {

    static final String PATTERN = "*.camel.yaml";

    private Preflight() {}

    /**
     * Asks Postgres and, if brokers are set, Kafka; waits at most ten seconds for each. Asks SQS and S3 for the queues and
     * buckets of the routes. Also looks whether the management port is free.
     *
     * @throws HeadgateException if one does not answer, a queue or bucket is not there, or the port is taken
     */
    public static void checkServers(Settings settings, Path routes) {
        ManagementPortCheck.run(settings);
        Database.check(settings);
        KafkaCheck.of(settings).ifPresent(KafkaCheck::run);
        new AwsCheck(settings).run(routes);
    }
}

package dev.headgate.bench;

import dev.headgate.schema.JsonSchemaValidator;
import dev.headgate.schema.SchemaFile;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The plain loop, if the folder of routes has the orders' route, the receipts, if it has theirs, and the plain
 * relay, in a process of their own, until its standard input ends.
 *
 * <p>Arguments: the folder of routes, and a file with the settings that {@code headgate run} would get.
 */
final class PlainMain {
    static final int WRITERS = 2;
    static final int BATCH_SIZE = 2000;

    private interface Work {
        void run() throws Exception;
    }

    private PlainMain() {}

    public static void main(String[] arguments) throws IOException {
        Path routes = Path.of(arguments[0]);
        Settings settings = Settings.load(routes, Path.of(arguments[1]), Map.of());
        DataSource dataSource = BenchServers.dataSource(name -> setting(settings, name));
        String brokers = setting(settings, "camel.component.kafka.brokers");
        String target = setting(settings, "orders.applied-topic");
        start("relay", () -> new PlainRelay(dataSource, brokers, target).run());
        if (Files.exists(routes.resolve("receipts.camel.yaml"))) {
            start("receipts", () -> new PlainReceipts(dataSource).run());
        }
        if (Files.exists(routes.resolve("orders.camel.yaml"))) {
            String topic = setting(settings, "orders.topic");
            String group = setting(settings, "orders.group");
            Path schema = routes.resolve("orders.schema.json");
            var validator = new JsonSchemaValidator(new SchemaFile(schema.toString(), Files.readAllBytes(schema)));
            var loop = new PlainLoop<>(
                    () -> new KafkaFeed(brokers, topic, group, BATCH_SIZE),
                    dataSource,
                    SqlFile.ofOrders(),
                    validator::validate,
                    BATCH_SIZE,
                    messages -> {});
            start("loop", () -> loop.drain(Long.MAX_VALUE, WRITERS));
        }
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }

    private static void start(String name, Work work) {
        new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (Exception | Error failure) {
                                failure.printStackTrace();
                                Runtime.getRuntime().halt(1);
                            }
                        },
                        name)
                .start();
    }

    private static String setting(Settings settings, String name) {
        return settings.find(name)
                .orElseThrow(() -> new IllegalArgumentException("The benchmark needs the setting " + name));
    }
}

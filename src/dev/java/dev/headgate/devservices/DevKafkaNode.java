package dev.headgate.devservices;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The process of one node of a {@link DevKafkaCluster}: says so in one line of standard output when it serves requests, stops
 * in order at SIGTERM, and is gone at once when its standard input ends, as that of whoever has started it.
 */
final class DevKafkaNode {

    private DevKafkaNode() {}

    /**
     * Returns never.
     *
     * @param arguments directory, port of the broker, port of the controller; then settings, each as {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (int i = 3; i < arguments.length; i++) {
            String[] setting = arguments[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        DevKafka kafka = DevKafka.start(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), settings);
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::stop, "dev-kafka-stop"));
        // Not closed: another file would get its number, and what the JVM itself says would be in that.
        new FileOutputStream(FileDescriptor.out).write('\n');
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(1);
    }
}

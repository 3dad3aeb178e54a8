package dev.headgate.peers.spring;

import static java.util.Map.entry;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Orders from a topic into a table, by a batch listener of Spring Kafka.
 *
 * <p>Argument: a file with the settings. Ends with its standard input.
 */
@SpringBootApplication
public class Peer {
    /** Starts it; returns when its standard input has ended and it has stopped. */
    public static void main(String[] arguments) throws IOException {
        var application = new SpringApplication(Peer.class);
        application.setDefaultProperties(Map.ofEntries(
                entry("spring.config.import", "file:" + arguments[0]),
                entry("spring.main.banner-mode", "off"),
                entry("spring.main.web-application-type", "none"),
                entry("logging.level.root", "warn"),
                entry("spring.datasource.url", "${peer.database.url}?reWriteBatchedInserts=true"),
                entry("spring.datasource.username", "${peer.database.user}"),
                entry("spring.datasource.password", "${peer.database.password}"),
                entry("spring.kafka.bootstrap-servers", "${peer.brokers}"),
                entry("spring.kafka.consumer.group-id", "${peer.topic}"),
                entry("spring.kafka.consumer.auto-offset-reset", "earliest"),
                entry("spring.kafka.consumer.max-poll-records", "${peer.batch-size}"),
                entry(
                        "spring.kafka.consumer.value-deserializer",
                        "org.apache.kafka.common.serialization.ByteArrayDeserializer"),
                entry("spring.kafka.listener.type", "batch"),
                entry("spring.kafka.listener.concurrency", "${peer.writers}")));
        var context = application.run();
        System.in.transferTo(OutputStream.nullOutputStream());
        context.close();
    }
}

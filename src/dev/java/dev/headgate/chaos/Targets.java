package dev.headgate.chaos;

import dev.headgate.devservices.DevClients;
import dev.headgate.devservices.DevKafkaCluster;
import dev.headgate.devservices.DevSqs;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** The topics and queues that relays write to, and what is in them when nothing flows any more. Used by one thread. */
final class Targets {

    /** Longer than any audit: a message is received once. */
    private static final int INVISIBLE_SECONDS = 36_000;

    private static final int MOST_AT_ONCE = 10;

    private final Path directory;
    private final @Nullable DevKafkaCluster kafka;
    private final List<String> topics;
    private final @Nullable DevSqs sqs;
    private final List<String> queues;

    /**
     * Makes them.
     *
     * @param kafka null if there are no topics
     * @param sqs null if there are no queues
     */
    Targets(
            Path directory,
            @Nullable DevKafkaCluster kafka,
            List<String> topics,
            @Nullable DevSqs sqs,
            List<String> queues,
            int partitions) {
        this.directory = directory;
        this.kafka = kafka;
        this.topics = topics;
        this.sqs = sqs;
        this.queues = queues;
        topics.forEach(topic -> Objects.requireNonNull(kafka).createTopic(topic, partitions, Map.of()));
        queues.forEach(queue -> Objects.requireNonNull(sqs).createQueue(queue, Map.of()));
    }

    List<String> names() {
        List<String> names = new ArrayList<>(topics);
        names.addAll(queues);
        return names;
    }

    /**
     * A file with a line for each message: topic, partition, offset, entry and key. What has no entry's id has -1; of a queue
     * there is neither partition nor key.
     */
    Path read() throws IOException {
        // What has been received of a queue stays so.
        Path received = directory.resolve("target-queues.tsv");
        try (BufferedWriter writer =
                Files.newBufferedWriter(received, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String queue : queues) {
                receive(Objects.requireNonNull(sqs), queue, writer);
            }
        }
        Path file = directory.resolve("target.tsv");
        Files.copy(received, file, StandardCopyOption.REPLACE_EXISTING);
        if (!topics.isEmpty()) {
            try (BufferedWriter writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND)) {
                consume(Objects.requireNonNull(kafka), writer);
            }
        }
        return file;
    }

    private static void receive(DevSqs sqs, String queue, BufferedWriter writer) throws IOException {
        String url = sqs.createQueue(queue, Map.of());
        long position = 0;
        List<Message> messages;
        do {
            messages = sqs.client()
                    .receiveMessage(request -> request.queueUrl(url)
                            .maxNumberOfMessages(MOST_AT_ONCE)
                            .visibilityTimeout(INVISIBLE_SECONDS)
                            .messageAttributeNames("message-id"))
                    .messages();
            for (Message message : messages) {
                MessageAttributeValue id = message.messageAttributes().get("message-id");
                writer.write("%s\t\\N\t%d\t%s\t\\N\n"
                        .formatted(queue, ++position, entry(id == null ? "" : id.stringValue())));
            }
        } while (!messages.isEmpty());
    }

    private void consume(DevKafkaCluster cluster, BufferedWriter writer) throws IOException {
        DevClients.<IOException>readAll(cluster.bootstrapServers(), topics, found -> {
            Header header = found.headers().lastHeader("message-id");
            writer.write(found.topic()
                    + '\t'
                    + found.partition()
                    + '\t'
                    + found.offset()
                    + '\t'
                    + entry(header == null ? "" : new String(header.value(), StandardCharsets.UTF_8))
                    + '\t'
                    + (found.key() == null ? "\\N" : new String(found.key(), StandardCharsets.UTF_8))
                    + '\n');
        });
    }

    /** The id of a message is that of the installation and that of the entry. */
    private static String entry(String id) {
        String entry = id.substring(id.lastIndexOf('-') + 1);
        return entry.matches("\\d+") ? entry : "-1";
    }
}

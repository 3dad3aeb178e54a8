package dev.headgate.chaos;

import dev.headgate.devservices.DevClients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** An idempotent producer of a topic. */
final class TopicSender implements Sender {

    private final String topic;
    private final SentLog log;
    private final Consumer<Exception> failure;
    private final KafkaProducer<String, byte[]> producer;

    /** @param failure told what becomes of a message that the topic does not take */
    TopicSender(String bootstrapServers, String topic, SentLog log, Consumer<Exception> failure) {
        this.topic = topic;
        this.log = log;
        this.failure = failure;
        this.producer = DevClients.producer(
                bootstrapServers,
                Map.of(
                        "metadata.max.age.ms", 1_000,
                        // Brokers that are away are one of the faults.
                        "max.block.ms", 600_000,
                        "delivery.timeout.ms", 600_000));
    }

    @Override
    public void send(Message message) {
        ProducerRecord<String, byte[]> sent = new ProducerRecord<>(topic, message.key(), message.payload());
        message.headers().forEach((name, value) -> sent.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        sent.headers().add("message-id", message.id().getBytes(StandardCharsets.UTF_8));
        var unused = producer.send(sent, (metadata, problem) -> {
            if (problem == null) {
                log.sent(message, metadata.partition(), metadata.offset());
            } else {
                failure.accept(problem);
            }
        });
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}

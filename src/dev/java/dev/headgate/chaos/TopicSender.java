package dev.headgate.chaos;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

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
        this.producer = new KafkaProducer<>(
                Map.ofEntries(
                        entry("bootstrap.servers", bootstrapServers),
                        entry("acks", "all"),
                        entry("enable.idempotence", true),
                        // A broker that comes back knows only the last batch of a producer: it refuses for ever, as out of
                        // order, an earlier one that it has and whose answer was lost.
                        entry("max.in.flight.requests.per.connection", 1),
                        entry("linger.ms", 5),
                        entry("metadata.max.age.ms", 1_000),
                        // Brokers that are away are one of the faults.
                        entry("max.block.ms", 600_000),
                        entry("delivery.timeout.ms", 600_000)),
                new StringSerializer(),
                new ByteArraySerializer());
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

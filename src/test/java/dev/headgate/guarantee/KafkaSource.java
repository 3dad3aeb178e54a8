package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;

/** The topic of a pipeline. Its broker is the one that all tests share. */
final class KafkaSource implements MessageSource {

    private final Pipeline pipeline;
    private long sent;

    KafkaSource(Pipeline pipeline) {
        this.pipeline = pipeline;
    }

    @Override
    public Map<String, String> properties() {
        return Map.of("orders-archive.topic", pipeline.topic, "orders-archive.group", pipeline.topic);
    }

    @Override
    public void send(String key, String id, String body) {
        pipeline.send(key, id, body.getBytes(UTF_8));
        sent++;
    }

    @Override
    public void flush() {
        pipeline.flush();
    }

    @Override
    public long unacknowledged() {
        return sent - pipeline.committed();
    }

    @Override
    public void disappear() {
        Servers.KAFKA.stop();
    }

    @Override
    public void comeBack() {
        Servers.KAFKA.restart();
    }

    @Override
    public void close() {
        // The pipeline closes what it has.
    }
}

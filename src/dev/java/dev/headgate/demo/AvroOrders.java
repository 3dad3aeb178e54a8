package dev.headgate.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.decode.DecodeComponent;
import dev.headgate.decode.EncodeComponent;
import dev.headgate.devservices.DevRegistry;
import dev.headgate.failure.RejectedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Orders as Avro, by schemas in a registry: what others would send and read, here made by Headgate's own steps in a context
 * beside that of the pipeline. Thread-safe.
 */
final class AvroOrders implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final int orderId;
    private final Producer encoding;
    private final Producer decoding;

    /** Registers the schemas that lie in the folder of the routes. */
    AvroOrders(DevRegistry registry, Path routes, String topic, String appliedTopic) {
        orderId = registry.register(topic + "-value", "AVRO", text(routes.resolve("orders.avsc")));
        registry.register(appliedTopic + "-value", "AVRO", text(routes.resolve("orders-applied.avsc")));
        context.disableJMX();
        context.addComponent("encode", new EncodeComponent());
        context.addComponent("decode", new DecodeComponent());
        context.start();
        encoding = producer("encode:avro?subject=%s-value&registry=%s".formatted(topic, registry.url()));
        decoding = producer("decode:avro?registry=" + registry.url());
    }

    /** What cannot be Avro is no order: its bytes as they are, as if they were encoded. */
    OrderMessage encoded(OrderMessage message) {
        try {
            return message.of(send(encoding, message.bytes()));
        } catch (RejectedException e) {
            return message.of(ByteBuffer.allocate(5 + message.bytes().length)
                    .put((byte) 0)
                    .putInt(orderId)
                    .put(message.bytes())
                    .array());
        }
    }

    /** @throws RejectedException if it is no Avro of a schema in the registry */
    byte[] json(byte[] payload) {
        return send(decoding, payload);
    }

    /** Whether it is Avro of the order that its key says. */
    boolean isOf(byte[] key, byte[] payload) {
        try {
            return JSON.readTree(json(payload))
                    .path("order_id")
                    .asText()
                    .equals(new String(key, StandardCharsets.UTF_8));
        } catch (RejectedException | IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        context.stop();
    }

    private Producer producer(String uri) {
        try {
            Producer producer = context.getEndpoint(uri).createProducer();
            producer.start();
            return producer;
        } catch (Exception e) {
            throw new IllegalStateException("The demo cannot use " + uri, e);
        }
    }

    private static byte[] send(Producer producer, byte[] body) {
        Exchange exchange = producer.getEndpoint().createExchange();
        exchange.getMessage().setBody(body);
        try {
            producer.process(exchange);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return exchange.getMessage().getBody(byte[].class);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The schema " + file + " cannot be read", e);
        }
    }
}

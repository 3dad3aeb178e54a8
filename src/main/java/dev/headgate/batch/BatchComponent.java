package dev.headgate.batch;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Aggregates messages into batches and acknowledges them only when their batch is written. */
@Component("batch")
public class BatchComponent extends DefaultComponent {

    private final Map<String, BatchConsumer> consumers = new ConcurrentHashMap<>();

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        BatchEndpoint endpoint = new BatchEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** The route that consumes from {@code batch:name}, if there is one. */
    @Nullable
    BatchConsumer consumer(String name) {
        return consumers.get(name);
    }

    /** The batches that are consumed from at present, by name. */
    public Map<String, ManagedBatch> batches() {
        Map<String, ManagedBatch> batches = new TreeMap<>();
        consumers.forEach((name, consumer) -> {
            ManagedBatch managed = consumer.managed();
            if (managed != null) {
                batches.put(name, managed);
            }
        });
        return batches;
    }

    void register(String name, BatchConsumer consumer) {
        BatchConsumer other = consumers.putIfAbsent(name, consumer);
        if (other != null && other != consumer) {
            throw new IllegalArgumentException("Only one route may consume from batch:" + name + ", found two: "
                    + other.getRouteId() + " and " + consumer.getRouteId());
        }
    }

    void unregister(String name, BatchConsumer consumer) {
        consumers.remove(name, consumer);
    }
}

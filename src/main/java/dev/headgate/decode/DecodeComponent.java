package dev.headgate.decode;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.message.MessageLimit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;

/** Creates the endpoints {@code decode:FORMAT}. Those of one registry share what they have learned from it. */
@Component("decode")
public class DecodeComponent extends RegistryComponent {

    private final Map<String, SchemaRegistry> registries = new ConcurrentHashMap<>();
    private MessageLimit limit = MessageLimit.within(Runtime.getRuntime().maxMemory(), Long.MAX_VALUE);
    private Duration wait = Duration.ofSeconds(10);

    /** How large a message may be when it is decompressed, and as JSON. By default a sixteenth of the heap. */
    public void limitMessages(MessageLimit most) {
        limit = most;
    }

    MessageLimit messageLimit() {
        return limit;
    }

    /** How long a message waits while all that is in flight has no room for what it becomes; then it is delivered again. */
    void waitForRoom(Duration longest) {
        wait = longest;
    }

    Growth growth() {
        return new Growth(getCamelContext().getRegistry().findSingleByType(InflightLimit.class), wait);
    }

    SchemaRegistry registry(SchemaLanguage language, String url) {
        return registries.computeIfAbsent(
                language + " " + url, key -> new SchemaRegistry(language, client("decode", url)));
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        DecodeEndpoint endpoint = new DecodeEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        endpoint.require();
        return endpoint;
    }
}

package dev.headgate.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaComponentConfigurer;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.KafkaEndpointConfigurer;
import org.apache.camel.component.kafka.KafkaProducer;
import org.apache.camel.spi.PropertyConfigurer;

/** Camel's own, but for the producer of its endpoints, which can send in the transaction of a {@link KafkaRelay}. */
final class TransactedComponent extends KafkaComponent {

    @Override
    protected KafkaEndpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
            throws Exception {
        Map<String, Object> all = new HashMap<>(parameters);
        KafkaEndpoint stock = super.createEndpoint(uri, remaining, parameters);
        KafkaEndpoint endpoint = new TransactedEndpoint(uri, this);
        endpoint.setConfiguration(stock.getConfiguration());
        all.keySet().removeIf(name -> name.startsWith("additionalProperties."));
        setProperties(endpoint, all);
        return endpoint;
    }

    // Camel finds these by an annotation, which is not inherited.

    @Override
    public PropertyConfigurer getComponentPropertyConfigurer() {
        return new KafkaComponentConfigurer();
    }

    @Override
    public PropertyConfigurer getEndpointPropertyConfigurer() {
        return new KafkaEndpointConfigurer();
    }

    static final class TransactedEndpoint extends KafkaEndpoint {

        TransactedEndpoint(String uri, KafkaComponent component) {
            super(uri, component);
        }

        @Override
        protected KafkaProducer createProducer(KafkaEndpoint endpoint) {
            return new TransactedProducer(endpoint);
        }
    }
}

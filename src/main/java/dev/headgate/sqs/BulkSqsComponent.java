package dev.headgate.sqs;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Producer;
import org.apache.camel.component.aws2.sqs.Sqs2Component;
import org.apache.camel.component.aws2.sqs.Sqs2ComponentConfigurer;
import org.apache.camel.component.aws2.sqs.Sqs2Configuration;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.aws2.sqs.Sqs2EndpointConfigurer;
import org.apache.camel.spi.PropertyConfigurer;

/** Camel's own, but for the producer of its endpoints, which takes bulks too. */
public final class BulkSqsComponent extends Sqs2Component {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        Map<String, Object> all = new HashMap<>(parameters);
        Sqs2Endpoint stock = (Sqs2Endpoint) super.createEndpoint(uri, remaining, parameters);
        Sqs2Endpoint endpoint = new BulkEndpoint(uri, this, stock.getConfiguration());
        setProperties(endpoint, all);
        return endpoint;
    }

    // Camel finds these by an annotation, which is not inherited.

    @Override
    public PropertyConfigurer getComponentPropertyConfigurer() {
        return new Sqs2ComponentConfigurer();
    }

    @Override
    public PropertyConfigurer getEndpointPropertyConfigurer() {
        return new Sqs2EndpointConfigurer();
    }

    static final class BulkEndpoint extends Sqs2Endpoint {

        BulkEndpoint(String uri, Sqs2Component component, Sqs2Configuration configuration) {
            super(uri, component, configuration);
        }

        boolean isFifo() {
            return getConfiguration().getQueueName().endsWith(".fifo");
        }

        String url() {
            String url = getQueueUrl();
            if (url == null) {
                throw new IllegalStateException(
                        "There is no SQS queue " + getConfiguration().getQueueName()
                                + ", or it cannot be seen: create it, or grant sqs:ListQueues, or set queueUrl");
            }
            return url;
        }

        @Override
        public Producer createProducer() {
            if (isFifo() && getConfiguration().getMessageGroupIdStrategy() == null) {
                getConfiguration()
                        .setMessageGroupIdStrategy(exchange -> BulkMessage.group(exchange, exchange.getExchangeId()));
            }
            return new BulkSqsProducer(this);
        }
    }
}

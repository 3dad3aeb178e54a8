package dev.headgate.decode;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;

/** Creates the endpoints {@code encode:FORMAT}. */
@Component("encode")
public class EncodeComponent extends RegistryComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        EncodeEndpoint endpoint = new EncodeEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        endpoint.require();
        return endpoint;
    }
}

package dev.headgate.schema;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Creates the endpoints {@code json-schema:FILE}. */
@Component("json-schema")
public class JsonSchemaComponent extends DefaultComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (remaining.isBlank()) {
            throw new IllegalArgumentException("Expected json-schema:FILE, found \"" + uri + "\": name the file");
        }
        JsonSchemaEndpoint endpoint = new JsonSchemaEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }
}

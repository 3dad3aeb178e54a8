package dev.headgate.schema;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * Refuse every message whose body is not JSON as its schema (draft 2020-12) describes it.
 *
 * <p>A message that fits goes on as it came. One that does not ends with a {@link
 * dev.headgate.failure.RejectedException}, whose reason says where the fault is. The schema is read once, at the start.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "json-schema",
        title = "JSON Schema",
        syntax = "json-schema:file",
        producerOnly = true,
        category = {Category.VALIDATION})
public class JsonSchemaEndpoint extends DefaultEndpoint {

    @UriPath(description = "The file of the schema, from the folder of the routes.")
    @Metadata(required = true)
    private final String file;

    public JsonSchemaEndpoint(String uri, JsonSchemaComponent component, String file) {
        super(uri, component);
        this.file = file;
    }

    /** @throws dev.headgate.ConfigurationException if the file is missing, or holds no JSON Schema */
    @Override
    public Producer createProducer() {
        JsonSchemaValidator validator = new JsonSchemaValidator(SchemaFile.read(getCamelContext(), file));
        return new DefaultProducer(this) {
            @Override
            public void process(Exchange exchange) {
                validator.validate(exchange.getMessage().getBody(byte[].class));
            }
        };
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("json-schema: validates what is sent to it; nothing comes from it");
    }

    public String getFile() {
        return file;
    }
}

package dev.headgate.s3;

import dev.headgate.EndpointOptions;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Creates the endpoints {@code objects:BUCKET}. */
@Component("objects")
public class ObjectsComponent extends DefaultComponent {

    @Metadata(
            autowired = true,
            description = "The database that holds the table headgate.object_manifest. If not set, the only DataSource"
                    + " of the registry is taken.")
    private @Nullable DataSource dataSource;

    @Metadata(description = "What endpoints have that do not say otherwise.")
    private ObjectsConfiguration configuration = new ObjectsConfiguration();

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (remaining.isBlank()) {
            throw new IllegalArgumentException("Expected objects:BUCKET, found \"" + uri + "\": name the bucket");
        }
        ObjectsEndpoint endpoint = new ObjectsEndpoint(uri, this, remaining, configuration.copy());
        EndpointOptions.check(this, parameters);
        setProperties(endpoint, parameters);
        endpoint.check();
        return endpoint;
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public ObjectsConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(ObjectsConfiguration configuration) {
        this.configuration = configuration;
    }
}

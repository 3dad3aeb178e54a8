package dev.headgate.s3;

import dev.headgate.ConfigurationException;
import dev.headgate.EndpointOptions;
import dev.headgate.schema.SchemaFile;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.aws2.s3.AWS2S3Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * Put a batch into an S3 bucket, each message exactly once in the objects that the table {@code headgate.object_manifest}
 * names.
 *
 * <p>A step of the route that consumes from {@code batch:}, in its transaction. Objects are put by Camel's own {@code
 * aws2-s3:BUCKET}, whose component has region, credentials and encryption; it stands among the endpoints of the context.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "objects",
        title = "Objects",
        syntax = "objects:bucket",
        producerOnly = true,
        category = {Category.CLOUD, Category.FILE})
public class ObjectsEndpoint extends DefaultEndpoint {

    @UriPath(description = "The bucket, which exists.")
    @Metadata(required = true)
    private final String bucket;

    @UriParam
    private ObjectsConfiguration configuration;

    private @Nullable AWS2S3Endpoint s3;

    public ObjectsEndpoint(String uri, ObjectsComponent component, String bucket, ObjectsConfiguration configuration) {
        super(uri, component);
        this.bucket = bucket;
        this.configuration = configuration;
    }

    @Override
    public ObjectsComponent getComponent() {
        return (ObjectsComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() throws Exception {
        DataSource database =
                EndpointOptions.dataSource(getComponent(), getComponent().getDataSource());
        return new ObjectsProducer(this, new ManifestTable(database), layout(), format(), time());
    }

    /**
     * Reads the options, and the schema's file.
     *
     * @throws ConfigurationException if one is not as it must be
     */
    void check() {
        try {
            layout();
            time();
            format();
        } catch (ConfigurationException e) {
            throw new ConfigurationException("objects:" + bucket + ": " + e.getMessage(), e);
        }
    }

    private ObjectFormat format() {
        String schema = configuration.getSchema();
        return ObjectFormat.of(
                configuration.getLayout(), schema == null ? null : SchemaFile.read(getCamelContext(), schema));
    }

    private MessageTime time() {
        return new MessageTime(configuration.getTime(), InstantSource.system());
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("objects: takes batches; nothing comes from it");
    }

    /** S3 must answer. */
    @Override
    protected void doStart() throws Exception {
        String condition = configuration.isPutIfAbsent() ? "?conditionalWritesEnabled=true" : "";
        s3 = getCamelContext().getEndpoint("aws2-s3:" + bucket + condition, AWS2S3Endpoint.class);
        ServiceHelper.startService(s3);
        super.doStart();
    }

    /** Camel's endpoint of the bucket, once this one has started. */
    AWS2S3Endpoint s3() {
        if (s3 == null) {
            throw new IllegalStateException("objects:" + bucket + " has not been started");
        }
        return s3;
    }

    Layout layout() {
        return new Layout(configuration.getLayout());
    }

    public String getBucket() {
        return bucket;
    }

    public ObjectsConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(ObjectsConfiguration configuration) {
        this.configuration = configuration;
    }
}

package dev.headgate.job;

import java.time.Instant;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Enqueue jobs in the table {@code headgate.job}, and execute them: retried with backoff, dead-lettered after the last attempt.
 *
 * <p>The route that consumes from {@code job:queue} is the handler: the payload as {@code byte[]} body (or null), the job's
 * own headers, and {@link JobHeaders}. An exchange that ends with an exception is a failed attempt.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "job",
        title = "Job",
        syntax = "job:queue",
        headersClass = JobHeaders.class,
        category = {Category.DATABASE, Category.SCHEDULING})
public class JobEndpoint extends DefaultEndpoint {

    @UriPath(description = "The queue.")
    @Metadata(required = true)
    private final String queue;

    @UriParam
    private final JobConfiguration configuration = new JobConfiguration();

    public JobEndpoint(String uri, JobComponent component, String queue) {
        super(uri, component);
        this.queue = queue;
    }

    @Override
    public Producer createProducer() {
        return new JobProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        JobConsumer consumer = new JobConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** @param scheduledAt null for what the configuration says */
    JobOptions jobOptions(@Nullable Instant scheduledAt) {
        return configuration.jobOptions(
                queue, scheduledAt, getComponent().clock().instant());
    }

    @Override
    public JobComponent getComponent() {
        return (JobComponent) super.getComponent();
    }

    public String getQueue() {
        return queue;
    }

    public JobConfiguration getConfiguration() {
        return configuration;
    }
}

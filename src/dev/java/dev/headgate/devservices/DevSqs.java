package dev.headgate.devservices;

import java.net.URI;
import java.util.Map;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * An SQS inside this JVM (ElasticMQ), on loopback: visibility timeouts, receive counts, redrive, FIFO queues, batches.
 *
 * <p>Its queues are in memory and gone when it is closed. Queues are not created by being used. Thread-safe.
 */
public final class DevSqs implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String REGION = "elasticmq";
    /** Any are accepted; these are for clients that insist on having some. */
    private static final String KEY = "headgate";

    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, KEY));

    private final int port;
    private final SQSRestServer server;
    private final SqsClient client;

    private DevSqs(int port, SQSRestServer server) {
        this.port = port;
        this.server = server;
        this.client = SqsClient.builder()
                .endpointOverride(URI.create(endpoint()))
                .region(Region.of(REGION))
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    /** Starts on a free port; returns when requests are served. */
    public static DevSqs start() {
        return start(FreePort.find());
    }

    /** Starts on the given port; returns when requests are served. */
    public static DevSqs start(int port) {
        SQSRestServer server =
                SQSRestServerBuilder.withInterface(HOST).withPort(port).start();
        server.waitUntilStarted();
        return new DevSqs(port, server);
    }

    /** Creates a queue, FIFO if its name ends with {@code .fifo}; returns its URL. */
    public String createQueue(String name, Map<QueueAttributeName, String> attributes) {
        return client.createQueue(request -> request.queueName(name).attributes(attributes))
                .queueUrl();
    }

    public String endpoint() {
        return "http://" + HOST + ":" + port;
    }

    /** A client of this server, closed with it. */
    public SqsClient client() {
        return client;
    }

    /** Opens another client, which does not wait; the caller closes it. */
    public SqsAsyncClient asyncClient() {
        return SqsAsyncClient.builder()
                .endpointOverride(URI.create(endpoint()))
                .region(Region.of(REGION))
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    /** What Camel's component is configured with to use this server. */
    public Map<String, String> properties() {
        return Map.of(
                "camel.component.aws2-sqs.override-endpoint",
                "true",
                "camel.component.aws2-sqs.uri-endpoint-override",
                endpoint(),
                "camel.component.aws2-sqs.region",
                REGION,
                "camel.component.aws2-sqs.access-key",
                KEY,
                "camel.component.aws2-sqs.secret-key",
                KEY);
    }

    /** Stops the server; does nothing if it is closed. */
    @Override
    public void close() {
        client.close();
        server.stopAndWait();
    }
}

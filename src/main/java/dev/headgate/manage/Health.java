package dev.headgate.manage;

import dev.headgate.HeadgateException;
import dev.headgate.batch.BatchEndpoint;
import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.Failure;
import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.AdminConfiguration;
import dev.headgate.outbox.OutboxComponent;
import io.vertx.ext.web.RoutingContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.StartupListener;
import org.apache.camel.component.aws2.s3.AWS2S3Endpoint;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.main.Main;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Readiness by what Headgate needs: {@code headgate-database}, {@code headgate-kafka} (the brokers), {@code
 * headgate-consumer} (joined to its group, and not reading the same again and again), {@code headgate-batch} (consumed by a
 * route), {@code headgate-relay}, {@code headgate-s3} (the buckets that routes write to);
 * and {@code /observe/health/started}, which is up from the first moment on when all were.
 */
public final class Health implements CamelConfiguration, StartupListener, AutoCloseable {

    private static final List<String> NAMES = List.of("database", "kafka", "consumer", "batch", "relay", "s3");
    private static final int DATABASE_SECONDS = 3;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final DataSource dataSource;
    private final AcknowledgingClientFactory clients;
    private final Probes probes;
    private volatile boolean started;

    public Health(DataSource dataSource, AcknowledgingClientFactory clients, Diagnosis diagnosis) {
        this.probes = new Probes(InstantSource.system(), diagnosis);
        this.dataSource = dataSource;
        this.clients = clients;
    }

    public void bind(Main main) {
        NAMES.forEach(name -> main.bind(name + "Check", new ProbeCheck(probes, name)));
        main.configure().addConfiguration(this);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        context.addStartupListener(this);
        probes.start("database", this::askDatabase);
        probes.startAndSay("kafka", () -> askBrokers(context));
        probes.startAndSay("consumer", () -> askConsumers(context));
        probes.startAndSay("batch", () -> askBatches(context));
        probes.start("relay", () -> askRelays(context));
        probes.start("s3", () -> askBuckets(context));
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        ManagementHttpServer server = context.hasService(ManagementHttpServer.class);
        if (server != null && server.isHealthCheckEnabled()) {
            server.getRouter()
                    .route(server.getHealthPath() + "/started")
                    .blockingHandler(request -> answer(context, request));
        }
    }

    /** Asks no more; also after a start that failed, of whose end Camel says nothing. */
    @Override
    public void close() {
        probes.close();
    }

    private void answer(CamelContext context, RoutingContext request) {
        started = started || HealthCheckHelper.isResultsUp(HealthCheckHelper.invokeReadiness(context, "full"), true);
        request.response()
                .setStatusCode(started ? 200 : 503)
                .putHeader("Content-Type", "application/json")
                .end("{\"status\":\"%s\"}".formatted(started ? "UP" : "DOWN"));
    }

    private void askDatabase() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (!connection.isValid(DATABASE_SECONDS)) {
                throw new HeadgateException("it does not answer");
            }
        }
    }

    private void askBrokers(CamelContext context) throws InterruptedException {
        Map<Map<String, Object>, Set<String>> clusters = new HashMap<>();
        for (AcknowledgingClientFactory.Subscription subscription : clients.subscriptions()) {
            clusters.computeIfAbsent(AdminConfiguration.of(subscription.consumer()), cluster -> new HashSet<>())
                    .addAll(subscription.topics());
        }
        if (clusters.isEmpty() && readsKafka(context)) {
            throw new HeadgateException("there is no consumer yet");
        }
        for (Map.Entry<Map<String, Object>, Set<String>> cluster : clusters.entrySet()) {
            askCluster(cluster.getKey(), cluster.getValue());
        }
    }

    private static void askCluster(Map<String, Object> configuration, Set<String> topics) throws InterruptedException {
        Object servers = configuration.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        try (Admin admin = Admin.create(configuration)) {
            if (admin.describeCluster().nodes().get().isEmpty()) {
                throw new HeadgateException("no broker of " + servers + " answers");
            }
            for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
                    admin.describeTopics(topics).topicNameValues().entrySet()) {
                try {
                    topic.getValue().get();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                        throw new HeadgateException("there is no topic %s at %s: create it, or correct its name"
                                .formatted(topic.getKey(), servers));
                    }
                }
            }
        } catch (ExecutionException e) {
            throw new HeadgateException("no broker of %s answers: %s".formatted(servers, Failure.summary(e)));
        }
    }

    private void askConsumers(CamelContext context) {
        List<String> troubles = readsKafka(context) ? clients.troubles() : List.of();
        if (!troubles.isEmpty()) {
            throw new HeadgateException(String.join("; ", troubles));
        }
    }

    /** A message for a batch that no route takes is read again and again. */
    private static void askBatches(CamelContext context) {
        for (Endpoint endpoint : context.getEndpoints()) {
            if (endpoint instanceof BatchEndpoint batch
                    && !batch.getComponent().batches().containsKey(batch.getName())) {
                throw new HeadgateException("no route consumes from batch:%s: add one, start it, or correct the name"
                        .formatted(batch.getName()));
            }
        }
    }

    private static void askRelays(CamelContext context) {
        for (OutboxComponent component : context.getRegistry().findByType(OutboxComponent.class)) {
            Map<String, String> troubles = component.troubles();
            if (!troubles.isEmpty()) {
                throw new HeadgateException("no relay: " + troubles);
            }
        }
    }

    private static void askBuckets(CamelContext context) {
        for (Endpoint endpoint : context.getEndpoints()) {
            if (endpoint instanceof AWS2S3Endpoint s3) {
                String bucket = s3.getConfiguration().getBucketName();
                S3Client client = s3.getS3Client();
                if (client == null) {
                    throw new HeadgateException("there is no client yet for the bucket " + bucket);
                }
                if (status(client, bucket) == NOT_FOUND) {
                    throw new HeadgateException("there is no bucket " + bucket);
                }
            }
        }
    }

    /** Who may put objects may not be allowed to ask for the bucket: a refusal is an answer. */
    private static int status(S3Client client, String bucket) {
        try {
            return client.headBucket(request -> request.bucket(bucket))
                    .sdkHttpResponse()
                    .statusCode();
        } catch (AwsServiceException e) {
            if (e.statusCode() == FORBIDDEN || e.statusCode() == NOT_FOUND) {
                return e.statusCode();
            }
            throw e;
        }
    }

    private static boolean readsKafka(CamelContext context) {
        return context.getRoutes().stream().anyMatch(route -> route.getEndpoint() instanceof KafkaEndpoint);
    }
}

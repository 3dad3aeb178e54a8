package dev.headgate.app;

import dev.headgate.HeadgateException;
import dev.headgate.acknowledge.AcknowledgingClientFactory;
import dev.headgate.acknowledge.AdminConfiguration;
import dev.headgate.outbox.OutboxComponent;
import io.vertx.ext.web.RoutingContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.main.Main;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.kafka.clients.admin.Admin;

/**
 * Readiness by what Headgate needs: {@code headgate-database}, {@code headgate-kafka} (the brokers), {@code
 * headgate-consumer} (joined to its group), {@code headgate-relay}; and {@code /observe/health/started}, which is up from
 * the first moment on when all were.
 */
final class Health extends LifecycleStrategySupport implements CamelConfiguration, StartupListener {

    private static final List<String> NAMES = List.of("database", "kafka", "consumer", "relay");
    private static final int DATABASE_SECONDS = 3;

    private final DataSource dataSource;
    private final AcknowledgingClientFactory clients;
    private final Probes probes = new Probes(InstantSource.system());
    private volatile boolean started;

    Health(DataSource dataSource, AcknowledgingClientFactory clients) {
        this.dataSource = dataSource;
        this.clients = clients;
    }

    void bind(Main main) {
        NAMES.forEach(name -> main.bind(name + "Check", new ProbeCheck(probes, name)));
        main.configure().addConfiguration(this);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        context.addStartupListener(this);
        context.addLifecycleStrategy(this);
        probes.start("database", this::askDatabase);
        probes.start("kafka", () -> askBrokers(context));
        probes.start("consumer", () -> askConsumers(context));
        probes.start("relay", () -> askRelays(context));
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

    @Override
    public void onContextStopped(CamelContext context) {
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

    private void askBrokers(CamelContext context) throws ExecutionException, InterruptedException {
        if (!readsKafka(context)) {
            return;
        }
        Properties consumer = clients.openConsumers().stream()
                .findFirst()
                .orElseThrow(() -> new HeadgateException("there is no consumer yet"));
        try (Admin admin = Admin.create(AdminConfiguration.of(consumer))) {
            int nodes = admin.describeCluster().nodes().get().size();
            if (nodes == 0) {
                throw new HeadgateException("no broker answers");
            }
        }
    }

    private void askConsumers(CamelContext context) {
        if (readsKafka(context) && !clients.haveJoined()) {
            throw new HeadgateException("a consumer has not joined its group");
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

    private static boolean readsKafka(CamelContext context) {
        return context.getRoutes().stream().anyMatch(route -> route.getEndpoint() instanceof KafkaEndpoint);
    }
}

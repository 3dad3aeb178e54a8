package dev.headgate.manage;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.database.Database;
import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.ConsumerListener;
import dev.headgate.ledger.Ledger;
import dev.headgate.manage.meters.HeadgateMeters;
import dev.headgate.settings.CamelDefault;
import dev.headgate.settings.Secrets;
import dev.headgate.settings.Settings;
import java.time.InstantSource;
import java.util.Objects;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.main.Main;
import org.jspecify.annotations.Nullable;

/** The meters, if {@code camel.management.metrics-enabled} says so. */
public final class Metrics implements AutoCloseable {

    private final InflightLimit limit;
    private final @Nullable HeadgateMeters observation;

    public Metrics(Settings settings, InflightLimit limit) {
        this.limit = limit;
        observation = isOn(settings, CamelDefault.MANAGEMENT_ENABLED) && isOn(settings, CamelDefault.MANAGEMENT_METRICS)
                ? new HeadgateMeters(limit, InstantSource.system())
                : null;
    }

    public ConsumerListener acknowledgements() {
        return observation == null ? ConsumerListener.NONE : observation.acknowledgements();
    }

    /** Counts one more request to the management server with wrong credentials. */
    void requestRefused() {
        if (observation != null) {
            observation.requestRefused();
        }
    }

    public void bind(
            Main main,
            Database database,
            AcknowledgingClientFactory clients,
            HeldPipelines held,
            Secrets secrets,
            ManagementAccess access) {
        HeadgateMeters meters = observation;
        if (meters == null) {
            return;
        }
        main.bind(MicrometerConstants.METRICS_REGISTRY_NAME, meters.registry());
        main.bind("batchMeters", meters.batches());
        main.bind("outboxMeters", meters.outbox());
        main.bind("jobMeters", meters.jobs());
        database.report(meters.registry());
        // Camel serves the registry, but must not count each exchange: that costs a message more than all meters here.
        main.addInitialProperty("camel.metrics.enabled", "true");
        main.addInitialProperty("camel.metrics.enableRoutePolicy", "false");
        main.addInitialProperty("camel.metrics.enableExchangeEventNotifier", "false");
        main.addInitialProperty("camel.metrics.enableRouteEventNotifier", "false");
        main.addInitialProperty("camel.metrics.skipCamelInfo", "true");
        main.configure()
                .addConfiguration(new StatusServer(
                        limit,
                        meters::read,
                        held,
                        secrets,
                        access.allowsWrites(),
                        new OpenLetters(database.dataSource(), secrets, access.allowsWrites())));
        main.configure().addConfiguration(new CamelConfiguration() {
            @Override
            public void configure(CamelContext context) {
                Ledger ledger =
                        Objects.requireNonNull(context.getRegistry().lookupByNameAndType("ledger", Ledger.class));
                meters.watch(context, database.dataSource(), ledger, clients);
            }
        });
    }

    @Override
    public void close() {
        if (observation != null) {
            observation.close();
        }
    }

    private static boolean isOn(Settings settings, CamelDefault key) {
        return settings.find(key.propertyName()).map(Boolean::parseBoolean).orElse(false);
    }
}

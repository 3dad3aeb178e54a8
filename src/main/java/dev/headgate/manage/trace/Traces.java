package dev.headgate.manage.trace;

import dev.headgate.ConfigurationException;
import dev.headgate.settings.Settings;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import java.util.logging.Logger;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The traces, if {@code camel.opentelemetry2.enabled} says so. Where they go is said to OpenTelemetry's SDK by its own
 * environment variables.
 */
public final class Traces implements AutoCloseable {

    private static final String ENABLED = "camel.opentelemetry2.enabled";

    /** What the environment variables override. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "headgate",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none");

    /** Held, or its handler is forgotten. */
    private static final Logger SDK_LOG = Logger.getLogger("io.opentelemetry");

    private final @Nullable OpenTelemetrySdk sdk;

    /** @throws ConfigurationException if the SDK does not understand its environment variables */
    public Traces(Settings settings) {
        sdk = settings.find(ENABLED).map(Boolean::parseBoolean).orElse(false) ? sdk() : null;
    }

    /** Gives Camel a tracer, if traces are on; before the context starts. */
    public void bind(Main main) {
        // Camel would take any other of its properties for a yes.
        main.addInitialProperty(ENABLED, Boolean.toString(sdk != null));
        OpenTelemetrySdk telemetry = sdk;
        if (telemetry == null) {
            return;
        }
        Tracer tracer = telemetry.getTracer("headgate");
        main.bind("tracer", tracer);
        main.bind("propagators", ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
        main.configure().addConfiguration(new CamelConfiguration() {
            @Override
            public void configure(CamelContext context) {
                context.addLifecycleStrategy(new LifecycleStrategySupport() {
                    @Override
                    public void onContextInitializing(CamelContext initializing) {
                        // Behind Camel's own: the spans of messages are linked to its span of their batch.
                        context.addRoutePolicyFactory((camelContext, routeId, route) -> new MessageSpans(tracer));
                    }
                });
            }
        });
    }

    /** Exports what has ended. */
    @Override
    public void close() {
        if (sdk != null) {
            sdk.close();
        }
    }

    private static OpenTelemetrySdk sdk() {
        SDK_LOG.setUseParentHandlers(false);
        if (SDK_LOG.getHandlers().length == 0) {
            SDK_LOG.addHandler(new SLF4JBridgeHandler());
        }
        try {
            return AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> DEFAULTS)
                    .disableShutdownHook()
                    .build()
                    .getOpenTelemetrySdk();
        } catch (io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException | IllegalStateException e) {
            throw new ConfigurationException(
                    "Traces cannot be exported as the environment variables OTEL_* say (%s): correct them, or set %s=false."
                            .formatted(e.getMessage(), ENABLED),
                    e);
        }
    }
}

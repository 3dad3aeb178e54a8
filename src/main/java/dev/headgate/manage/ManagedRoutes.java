package dev.headgate.manage;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;

/** The files of the routes in JMX: {@code type=services,name=Routes}. Thread-safe. */
@ManagedResource(description = "The files of the routes")
public final class ManagedRoutes {

    private final Supplier<ReloadOutcome> reload;

    private ManagedRoutes(Supplier<ReloadOutcome> reload) {
        this.reload = reload;
    }

    /** Shows them, if JMX is on. */
    public static void show(CamelContext context, Supplier<ReloadOutcome> reload) {
        Sources.show(context, "Routes", new ManagedRoutes(reload));
    }

    @ManagedOperation(
            description =
                    "Replaces routes whose YAML, SQL or schemas have changed, when they have written what they have;"
                            + " a fault leaves all as it is: started, stopped, refused (why), restart (what takes one)")
    public Map<String, List<String>> reload() {
        ReloadOutcome outcome = reload.get();
        return Map.of(
                "started", outcome.started(),
                "stopped", outcome.stopped(),
                "refused", outcome.refused(),
                "restart", outcome.restart());
    }
}

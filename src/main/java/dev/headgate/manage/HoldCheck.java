package dev.headgate.manage;

import dev.headgate.batch.Held;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Down while a pipeline is held, with why and since when. Readiness only: a new process would meet the same outage, so
 * that a restart would not help.
 */
public final class HoldCheck extends AbstractHealthCheck {

    private final HeldPipelines held;

    public HoldCheck(HeldPipelines held) {
        super("headgate", "headgate-hold");
        this.held = held;
    }

    @Override
    public boolean isReadiness() {
        return true;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        Collection<Held> holds = held.holds();
        if (holds.isEmpty()) {
            builder.up();
            return;
        }
        builder.down().message(holds.stream().map(Held::toString).sorted().collect(Collectors.joining("; ")));
        for (Held hold : holds) {
            String batch = "batch:" + hold.batch();
            builder.detail(batch + ".why", hold.why())
                    .detail(batch + ".since", hold.since().toString())
                    .detail(batch + ".pipelines", String.join(", ", hold.pipelines()));
        }
    }
}

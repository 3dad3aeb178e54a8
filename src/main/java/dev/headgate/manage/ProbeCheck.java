package dev.headgate.manage;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Says what a probe has found. Readiness only: a restart would not bring a server back. */
final class ProbeCheck extends AbstractHealthCheck {

    private final Probes probes;
    private final String name;

    /** Its id is {@code headgate-} and the name. */
    ProbeCheck(Probes probes, String name) {
        super("headgate", "headgate-" + name);
        this.probes = probes;
        this.name = name;
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
        probes.trouble(name)
                .ifPresentOrElse(
                        trouble -> builder.down()
                                .message("%s since %s: %s".formatted(name, trouble.since(), trouble.why())),
                        builder::up);
    }
}

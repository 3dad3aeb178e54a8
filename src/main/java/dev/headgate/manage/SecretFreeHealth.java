package dev.headgate.manage;

import dev.headgate.HeadgateException;
import dev.headgate.settings.Secrets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.health.HealthCheckResultStrategy;
import org.jspecify.annotations.Nullable;

/** What checks of health say, Camel's own too, without secrets: a server's words and an endpoint's URI may hold some. */
final class SecretFreeHealth implements HealthCheckResultStrategy {

    private final Secrets secrets;

    SecretFreeHealth(Secrets secrets) {
        this.secrets = secrets;
    }

    @Override
    public void processResult(HealthCheck check, Map<String, Object> options, HealthCheckResultBuilder result) {
        if (result.message() != null) {
            result.message(secrets.masked(result.message()));
        }
        if (result.error() != null) {
            result.error(masked(result.error()));
        }
        new HashMap<>(result.build().getDetails()).forEach((name, value) -> {
            if (value instanceof String text) {
                result.detail(name, secrets.masked(text));
            }
        });
    }

    /** The failure itself, as long as none of its causes says a secret. */
    private Throwable masked(Throwable failure) {
        String said = Stream.<@Nullable Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(String::valueOf)
                .collect(Collectors.joining(": "));
        String masked = secrets.masked(said);
        return masked.equals(said) ? failure : new HeadgateException(masked);
    }
}

package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobConfigurationTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @Test
    void options_of_the_uri_arrive_with_their_types() {
        JobConfiguration configuration = context.getEndpoint(
                        "job:receipts?concurrency=2&delay=0&timeout=30s&backoffBase=1500&maxAttempts=3&catchUp=true",
                        JobEndpoint.class)
                .getConfiguration();
        assertThat(configuration.getConcurrency()).isEqualTo(2);
        assertThat(configuration.getTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(configuration.getBackoffBase()).isEqualTo(Duration.ofMillis(1500));
        assertThat(configuration.getMaxAttempts()).isEqualTo(3);
        assertThat(configuration.isCatchUp()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "concurrency=two",
                "maxRate=many",
                "timeout=soon",
                "maxAttempts=x",
                "backoffFactor=twice",
                "timeout=7x",
                "concurrency=1.5"
            })
    void what_is_neither_number_nor_duration_is_named_in_the_error(String option) {
        assertThatThrownBy(() -> context.getEndpoint("job:receipts?" + option))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasStackTraceContaining("Expected option " + option.substring(0, option.indexOf('=')))
                .hasStackTraceContaining("found \"" + option.substring(option.indexOf('=') + 1) + "\"");
    }
}

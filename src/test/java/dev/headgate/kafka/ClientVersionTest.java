package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.ConfigurationException;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientVersionTest {

    @ParameterizedTest
    @ValueSource(strings = {"3.9.1", "4.0.1"})
    void an_older_client_is_refused_with_a_remedy(String version) {
        assertThatThrownBy(() -> ClientVersion.check(version))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("kafka-clients " + version, "org.apache.kafka:kafka-clients:4.1.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.1.0", "4.10.0", "5.0.0", "unknown"})
    void a_newer_client_is_taken(String version) {
        assertThatCode(() -> ClientVersion.check(version)).doesNotThrowAnyException();
    }

    @Test
    void the_one_that_is_shipped_is_taken() {
        assertThatCode(() -> ClientVersion.check(AppInfoParser.getVersion())).doesNotThrowAnyException();
    }
}

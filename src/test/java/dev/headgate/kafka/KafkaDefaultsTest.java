package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class KafkaDefaultsTest {

    /** With two, the second is appended where the first was refused for want of a leader: KAFKA-15591. */
    @Test
    void a_partition_has_one_request_of_a_producer_under_way() {
        Properties producer = KafkaDefaults.component().getConfiguration().createProducerProperties();
        assertThat(producer.get(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION))
                .hasToString("1");
        assertThat(producer.get(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG)).hasToString("true");
    }
}

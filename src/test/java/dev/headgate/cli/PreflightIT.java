package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.HeadgateException;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightIT {

    @TempDir
    Path routes;

    @Test
    void a_postgres_that_does_not_answer_is_one_line_without_the_password() throws IOException {
        String address = "127.0.0.1:" + unusedPort();
        Files.createFile(routes.resolve("orders.camel.yaml"));
        Files.writeString(
                routes.resolve("application.properties"),
                "headgate.database.url=jdbc:postgresql://" + address + "/orders?password=sesame");

        CommandLineRun run = CommandLineRun.of("run", "--routes", routes.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith(
                        "headgate: PostgreSQL cannot be used at jdbc:postgresql://" + address + "/orders?password=***")
                .contains("refused", "set headgate.database.url", "HEADGATE_DATABASE_URL")
                .doesNotContain("sesame");
    }

    @Test
    void a_kafka_that_does_not_answer_is_one_line() throws IOException {
        String address = "127.0.0.1:" + unusedPort();

        assertThatThrownBy(() -> check(Map.of("camel.component.kafka.brokers", address)))
                .isInstanceOf(HeadgateException.class)
                .hasMessageStartingWith("Kafka does not answer at " + address + " within 10 s: ")
                .hasMessageContaining("CAMEL_COMPONENT_KAFKA_BROKERS")
                .hasMessageNotContaining("\n");
    }

    @Test
    void brokers_that_are_no_addresses_are_one_line() {
        assertThatThrownBy(() -> check(Map.of("camel.component.kafka.brokers", "kafka")))
                .isInstanceOf(HeadgateException.class)
                .hasMessageContaining("Invalid url in bootstrap.servers: kafka");
    }

    @Test
    void kafka_is_not_asked_if_only_camel_knows_how_to_reach_it() {
        check(Map.of());
        check(Map.of("camel.component.kafka.brokers", "{{kafka.address}}"));
    }

    @Test
    void a_management_port_that_is_taken_is_one_line() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<String, String> management = Map.of(
                    "camel.management.enabled", "true",
                    "camel.management.host", "127.0.0.1",
                    "camel.management.port", Integer.toString(taken.getLocalPort()));

            assertThatThrownBy(() -> ManagementPortCheck.run(Settings.defaults().with(management, "a test")))
                    .isInstanceOf(HeadgateException.class)
                    .hasMessageStartingWith("The management server cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("set camel.management.port");
        }
    }

    private static void check(Map<String, String> properties) {
        KafkaCheck.of(Settings.defaults().with(properties, "a test")).ifPresent(KafkaCheck::run);
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

package dev.headgate.cli.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.HeadgateException;
import dev.headgate.cli.CommandLineRun;
import dev.headgate.devservices.DevS3;
import dev.headgate.devservices.DevSqs;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

class PreflightIT {

    private static final DevSqs SQS = DevSqs.start();

    @TempDir
    static Path objects;

    private static DevS3 s3;

    @TempDir
    Path routes;

    @BeforeAll
    static void start() {
        s3 = DevS3.start(objects);
    }

    @AfterAll
    static void stop() {
        s3.close();
        SQS.close();
    }

    @Test
    void a_postgres_that_does_not_answer_is_one_line_without_the_password() throws IOException {
        String address = "127.0.0.1:" + unusedPort();
        Files.writeString(
                routes.resolve("orders.camel.yaml"),
                "- route: { id: orders, from: { uri: \"direct:orders\", steps: [ { log: \"${body}\" } ] } }\n");
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
    void an_sqs_that_does_not_answer_is_one_line() throws IOException {
        String address = "http://127.0.0.1:" + unusedPort();
        Map<String, String> properties = new HashMap<>(SQS.properties());
        properties.put("camel.component.aws2-sqs.uri-endpoint-override", address);

        assertThatThrownBy(() -> checkAws("routes/sqs", properties))
                .isInstanceOf(HeadgateException.class)
                .hasMessageStartingWith("SQS cannot be used at " + address + " (")
                .hasMessageContainingAll("refused", "set camel.component.aws2-sqs.uri-endpoint-override")
                .hasMessageNotContaining("\n");
    }

    @Test
    void a_queue_that_is_missing_is_one_line_that_names_its_property() {
        SQS.createQueue("orders-applied", Map.of());
        assertThatThrownBy(() -> checkAws("routes/sqs", SQS.properties()))
                .isInstanceOf(HeadgateException.class)
                .hasMessage("The SQS queue 'orders' does not exist at " + SQS.endpoint()
                        + ": create it, or set orders.queue.");

        SQS.createQueue("orders-2", Map.of());
        SQS.createQueue("orders-3.fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        Map<String, String> properties = new HashMap<>(SQS.properties());
        properties.put("orders.queue", "orders-3.fifo");
        checkAws("routes/sqs", properties);
    }

    @Test
    void an_s3_that_does_not_answer_is_one_line() throws IOException {
        String address = "http://127.0.0.1:" + unusedPort();
        Map<String, String> properties = new HashMap<>(s3.properties());
        properties.put("camel.component.aws2-s3.uri-endpoint-override", address);

        assertThatThrownBy(() -> checkAws("routes/s3", properties))
                .isInstanceOf(HeadgateException.class)
                .hasMessageStartingWith("S3 cannot be used at " + address + " (")
                .hasMessageContainingAll("refused", "set camel.component.aws2-s3.uri-endpoint-override")
                .hasMessageNotContaining("\n");
    }

    @Test
    void a_bucket_that_is_missing_is_one_line_that_names_its_property() {
        assertThatThrownBy(() -> checkAws("routes/s3", s3.properties()))
                .isInstanceOf(HeadgateException.class)
                .hasMessage("The S3 bucket 'headgate' does not exist at " + s3.endpoint()
                        + ": create it, or set orders-archive.bucket.");

        s3.createBucket("headgate");
        checkAws("routes/s3", s3.properties());
    }

    @Test
    void queues_that_only_camel_can_find_are_not_asked_for() throws IOException {
        checkAws("routes", Map.of());
        checkAws(
                "routes/sqs",
                Map.of(
                        "orders.queue",
                        "arn:aws:sqs:eu-central-1:123456789012:orders",
                        "orders.applied-queue",
                        "arn:aws:sqs:eu-central-1:123456789012:orders-applied",
                        "camel.component.aws2-sqs.region",
                        "x"));
        Files.writeString(
                routes.resolve("a.camel.yaml"), "# from: aws2-sqs:nobody\nuri: aws2-sqs:orders?region=eu-west-1");
        checkAws(routes.toString(), SQS.properties());
    }

    @Test
    void a_management_port_that_is_taken_is_one_line() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<String, String> management = Map.of("camel.management.port", Integer.toString(taken.getLocalPort()));

            assertThatThrownBy(() -> ManagementPortCheck.run(Settings.defaults().with(management, "a test")))
                    .isInstanceOf(HeadgateException.class)
                    .hasMessageStartingWith("The management server cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("set camel.management.port");
        }
    }

    private static void check(Map<String, String> properties) {
        KafkaCheck.of(Settings.defaults().with(properties, "a test")).ifPresent(KafkaCheck::run);
    }

    private static void checkAws(String folder, Map<String, String> properties) {
        Path path = Path.of(folder);
        new AwsCheck(Settings.load(path, null, Map.of()).with(properties, "a test")).run(path);
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

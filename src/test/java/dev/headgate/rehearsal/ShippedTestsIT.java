package dev.headgate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.demo.DemoServers;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tests that lie beside the shipped routes pass, as {@code headgate test} runs them, on servers that they share. */
class ShippedTestsIT {

    @TempDir
    static Path directory;

    private static DemoServers servers;

    @BeforeAll
    static void start() {
        servers = new DemoServers(directory);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @ParameterizedTest
    @CsvSource({
        "routes, orders.test.yaml, orders.topic",
        "routes/s3, orders-archive.test.yaml, orders-archive.topic",
        "routes/sqs, orders.test.yaml, orders.queue",
        "routes/sqs-s3, orders-archive.test.yaml, orders-archive.queue"
    })
    void messages_have_the_effects_that_are_expected(Path routes, String test, String source) {
        String name = routes.toString().replaceAll("\\W", "_");
        Expectation expectation = Expectation.read(routes.resolve(test));
        Settings settings = Settings.load(routes, null, Map.of()).with(Map.of(source, name), "the test");

        try (Rehearsal rehearsal = new Rehearsal(servers, routes, settings, name)) {
            rehearsal.send(expectation.messages());

            assertThat(rehearsal.differences(expectation)).isEmpty();
        }
    }

    /** What a test expects, and an object does not have, is found. */
    @Test
    void what_is_not_in_an_object_is_said() {
        Path routes = Path.of("routes", "s3");
        Expectation expectation = Expectation.read(routes.resolve("orders-archive.test.yaml"));
        Settings settings =
                Settings.load(routes, null, Map.of()).with(Map.of("orders-archive.topic", "other"), "the test");

        try (Rehearsal rehearsal = new Rehearsal(servers, routes, settings, "other")) {
            rehearsal.send(expectation.messages().subList(0, 1));

            assertThat(rehearsal.differences(expectation)).anySatisfy(difference -> assertThat(difference)
                    .startsWith("objects orders-archive/dt=2026-01-02/hr=04: expected {\"order_id\":\"o-2\""));
        }
    }
}

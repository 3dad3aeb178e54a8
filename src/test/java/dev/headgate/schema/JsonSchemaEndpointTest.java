package dev.headgate.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.headgate.ConfigurationException;
import dev.headgate.failure.RejectedException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code json-schema:} in a route: where it finds its file, and what it does with a message. */
class JsonSchemaEndpointTest {

    @TempDir
    Path folder;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private Path routes;

    @BeforeEach
    void routesBesideASchema() throws IOException {
        routes = Files.createDirectory(folder.resolve("routes"));
        Files.writeString(routes.resolve("inner.json"), "{\"required\":[\"inner\"]}");
        Files.writeString(folder.resolve("outer.json"), "{\"required\":[\"outer\"]}");
        Properties properties = new Properties();
        properties.setProperty("headgate.routes", routes.toString());
        context.getPropertiesComponent().setInitialProperties(properties);
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
    }

    @Test
    void the_file_is_looked_for_from_the_routes_folder() throws Exception {
        start("json-schema:inner.json");

        assertThat(refusal()).isEqualTo("schema: $ required");
        byte[] valid = "{ \"inner\":1}".getBytes(UTF_8);
        assertThat(context.createProducerTemplate().requestBody("direct:in", valid))
                .as("goes on as it came")
                .isSameAs(valid);
    }

    @Test
    void a_path_may_lead_up_or_be_absolute_or_be_a_resource() throws Exception {
        context.setApplicationContextClassLoader(
                new URLClassLoader(new URL[] {folder.toUri().toURL()}));
        for (String file : List.of(
                "../outer.json",
                folder.resolve("outer.json").toString(),
                "file:" + folder.resolve("outer.json"),
                "classpath:outer.json")) {
            start("json-schema:" + file);
            assertThat(refusal()).as(file).isEqualTo("schema: $ required");
            context.getRouteController().stopRoute("validate");
            context.removeRoute("validate");
        }
    }

    @Test
    void a_missing_schema_stops_the_start_and_is_told_by_its_path_and_remedy() {
        assertThat(complaint("json-schema:missing.json"))
                .isEqualTo("The JSON Schema " + routes.resolve("missing.json")
                        + " does not exist: correct the path 'missing.json', which starts from the routes folder,"
                        + " or put the file there.");
    }

    @Test
    void a_broken_schema_stops_the_start_and_is_told_by_its_path() throws IOException {
        Files.writeString(routes.resolve("broken.json"), "{\n\"type\":");

        assertThat(complaint("json-schema:broken.json"))
                .startsWith(routes.resolve("broken.json") + ", line 2, column ")
                .contains("the JSON Schema is no JSON (")
                .endsWith("): correct the file.");
    }

    private void start(String uri) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("validate").to(uri);
            }
        });
        context.start();
    }

    /** Of a message that no schema here fits. */
    private String refusal() {
        Exchange exchange = context.createProducerTemplate()
                .send("direct:in", in -> in.getMessage().setBody("{}"));
        return exchange.getException(RejectedException.class).reason();
    }

    private String complaint(String uri) {
        Throwable failure = catchThrowable(() -> start(uri));
        while (!(failure instanceof ConfigurationException)) {
            failure = failure.getCause();
        }
        return failure.getMessage();
    }
}

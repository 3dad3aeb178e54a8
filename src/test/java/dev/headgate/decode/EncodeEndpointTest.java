package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.headgate.devservices.DevRegistry;
import dev.headgate.failure.Failure;
import dev.headgate.message.ExchangeBulk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code encode:} in a route: its options, the registry it asks, and bulks. */
class EncodeEndpointTest {

    private static final String SCHEMA =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}";
    private static final String NEWER =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
                    + "{\"name\":\"more\",\"type\":[\"null\",\"int\"],\"default\":null}]}";

    @TempDir
    Path folder;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private DevRegistry registry;

    @BeforeEach
    void routesBesideASchema() throws IOException {
        Files.writeString(folder.resolve("r.avsc"), SCHEMA);
        Files.writeString(folder.resolve("broken.avsc"), "{\"type\":\"recrod\"}");
        Files.writeString(folder.resolve("r.proto"), "syntax = \"proto3\"; message R { string id = 1; }");
        Files.writeString(
                folder.resolve("r.json"), "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}}}");
        Properties properties = new Properties();
        properties.setProperty("headgate.routes", folder.toString());
        context.getPropertiesComponent().setInitialProperties(properties);
        registry = DevRegistry.start();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
        registry.close();
    }

    @Test
    void the_latest_schema_is_asked_for_once_and_one_that_is_not_there_is_an_outage() throws Exception {
        start("encode:avro?subject=a/b c-value&registry=" + registry.url());
        Failure failure = failure("{\"id\":\"a\"}");
        assertThat(failure).isInstanceOf(Failure.Outage.class);
        assertThat(failure.reason()).isEqualTo("schema registry");
        assertThat(failure.error()).contains("/subjects/a%2Fb%20c-value/versions/latest: answers with 404");
        int before = registry.asked();

        registry.register("other", "AVRO", SCHEMA);
        int id = registry.register("a/b c-value", "AVRO", SCHEMA);
        assertThat(hex("{\"id\":\"a\"}")).isEqualTo("00%08x0261".formatted(id));
        assertThat(hex("{\"id\":\"b\"}")).isEqualTo("00%08x0262".formatted(id));
        assertThat(registry.asked()).isEqualTo(before + 1);

        registry.away(true);
        assertThat(hex("{\"id\":\"a\"}")).isEqualTo("00%08x0261".formatted(id));
    }

    @Test
    void what_does_not_fit_waits_for_what_the_latest_schema_says_of_it() throws Exception {
        registry.register("r", "AVRO", SCHEMA);
        start("encode:avro?subject=r&registry=" + registry.url());
        assertThat(failure("{\"id\":\"a\",\"more\":1}")).isInstanceOf(Failure.Rejected.class);
        assertThat(failure("{\"id\":\"a\",\"more\":1}").reason()).isEqualTo("schema: $.more");

        registry.away(true);
        assertThat(failure("{\"id\":\"a\",\"more\":1}")).isInstanceOf(Failure.Outage.class);
        assertThat(failure("{\"id\":\"a\"}")).isNull();

        registry.away(false);
        int id = registry.register("r", "AVRO", NEWER);
        assertThat(hex("{\"id\":\"a\",\"more\":1}")).isEqualTo("00%08x02610202".formatted(id));
        assertThat(hex("{\"id\":\"a\"}")).isEqualTo("00%08x026100".formatted(id));
    }

    @Test
    void of_a_bulk_those_that_do_not_fit_are_left_out_with_their_reason_and_one_question() throws Exception {
        registry.register("r", "AVRO", SCHEMA);
        List<ExchangeBulk> sent = new ArrayList<>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .errorHandler(noErrorHandler())
                        .to("encode:avro?subject=r&registry=" + registry.url())
                        .process(exchange -> sent.add(exchange.getMessage().getBody(ExchangeBulk.class)));
            }
        });
        context.start();
        List<Exchange> entries = new ArrayList<>();
        for (String json : new String[] {"{\"id\":\"a\"}", "{\"id\":1}", null, "{", "{\"id\":\"b\"}"}) {
            Exchange entry = new DefaultExchange(context);
            entry.getMessage().setBody(json == null ? null : json.getBytes(UTF_8));
            entry.getMessage().setHeader("content-type", "application/json");
            entries.add(entry);
        }
        ExchangeBulk bulk = new ExchangeBulk(entries);
        context.createProducerTemplate().sendBody("direct:in", bulk);

        assertThat(sent.get(0)).containsExactly(entries.get(0), entries.get(2), entries.get(4));
        assertThat(entries.get(0).getMessage().getHeader("content-type")).isEqualTo("application/avro");
        assertThat(entries.get(2).getMessage().getBody()).isNull();
        assertThat(entries.get(1).getException()).hasMessage("$.id: expected a text, found 1");
        assertThat(entries.get(1).getMessage().getBody(String.class)).isEqualTo("{\"id\":1}");
        assertThat(entries.get(3).getException()).hasMessageContaining("end-of-input");
        assertThat(registry.asked()).isEqualTo(1);
    }

    @Test
    void a_registry_that_is_away_changes_none_of_a_bulk() throws Exception {
        start("encode:avro?subject=r&registry=" + registry.url());
        Exchange entry = new DefaultExchange(context);
        entry.getMessage().setBody("{\"id\":\"a\"}");
        Exchange exchange = context.createProducerTemplate()
                .request("direct:in", request -> request.getMessage().setBody(new ExchangeBulk(List.of(entry))));
        assertThat(Failure.of(exchange.getException())).isInstanceOf(Failure.Outage.class);
        assertThat(entry.getMessage().getBody()).isEqualTo("{\"id\":\"a\"}");
        assertThat(entry.getException()).isNull();
    }

    @Test
    void a_schema_that_is_broken_or_of_another_type_is_an_outage() throws Exception {
        registry.register("r", "PROTOBUF", "message R { }");
        start("encode:avro?subject=r&registry=" + registry.url());
        assertThat(failure("{}").error()).contains("expected a schema of Avro, found one of PROTOBUF");
        registry.register("r", "AVRO", "{\"type\":\"recrod\"}");
        assertThat(failure("{}")).isInstanceOf(Failure.Outage.class);
        assertThat(failure("{}").error()).contains("the latest schema of r is broken");
    }

    @Test
    void json_and_protobuf_of_a_registry() throws Exception {
        int json = registry.register("j", "JSON", Files.readString(folder.resolve("r.json")));
        int protobuf = registry.register("p", "PROTOBUF", Files.readString(folder.resolve("r.proto")));
        start("encode:json?subject=j&registry=" + registry.url());
        assertThat(hex("{\"id\":\"a\"}"))
                .isEqualTo("00%08x".formatted(json) + HexFormat.of().formatHex("{\"id\":\"a\"}".getBytes(UTF_8)));
        assertThat(failure("{\"id\":1}").reason()).isEqualTo("schema: $.id type");
        restart("encode:protobuf?subject=p&registry=" + registry.url());
        assertThat(hex("{\"id\":\"a\"}")).isEqualTo("00%08x000a0161".formatted(protobuf));
    }

    @Test
    void files_have_nothing_in_front() throws Exception {
        start("encode:avro?schema=r.avsc");
        assertThat(hex("{\"id\":\"a\"}")).isEqualTo("0261");
        restart("encode:protobuf?schema=r.proto");
        assertThat(hex("{\"id\":\"a\"}")).isEqualTo("0a0161");
        restart("encode:json?schema=r.json");
        assertThat(hex("{}")).isEqualTo("7b7d");
        assertThat(registry.asked()).isZero();
    }

    @Test
    void a_registry_is_told_who_asks_if_that_is_set() throws Exception {
        registry.register("r", "AVRO", SCHEMA);
        EncodeComponent component = context.getComponent("encode", EncodeComponent.class);
        component.setRegistryUser("key");
        component.setRegistryPassword("s:cret");
        start("encode:avro?subject=r&registry=" + registry.url());
        assertThat(failure("{\"id\":\"a\"}")).isNull();
        assertThat(registry.authorization())
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("key:s:cret".getBytes(UTF_8)));
    }

    @Test
    void the_subject_is_that_of_the_topic_of_the_route() throws Exception {
        registry.register("orders-value", "AVRO", SCHEMA);
        context.addComponent("kafka", new KafkaComponent());
        List<byte[]> encoded = new ArrayList<>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .errorHandler(noErrorHandler())
                        .to("encode:avro?registry=" + registry.url())
                        .process(exchange -> encoded.add(exchange.getMessage().getBody(byte[].class)))
                        .filter(constant(false))
                        .to("kafka:orders?brokers=127.0.0.1:1&lazyStartProducer=true");
                from("direct:several").errorHandler(noErrorHandler()).to("encode:avro?registry=" + registry.url());
            }
        });
        context.start();
        context.createProducerTemplate().sendBody("direct:in", "{\"id\":\"a\"}");
        assertThat(encoded.get(0)).hasSize(7);
        Throwable none =
                catchThrowable(() -> context.createProducerTemplate().sendBody("direct:several", "{\"id\":\"a\"}"));
        assertThat(none).rootCause().hasMessageContaining("say it, with the option subject");
    }

    @Test
    void options_that_cannot_be_are_told_with_the_remedy() {
        assertThat(complaint("encode:xml?schema=r.avsc"))
                .contains("Expected encode:avro, encode:json or encode:protobuf, found encode:xml");
        assertThat(complaint("encode:avro"))
                .contains("needs one of registry=URL")
                .contains("found neither");
        assertThat(complaint("encode:avro?schema=r.avsc&registry=http://r:8081"))
                .contains("found both");
        assertThat(complaint("encode:avro?schema=r.avsc&subject=s")).contains("The option subject is for");
        assertThat(complaint("encode:avro?schema=r.avsc&message=R"))
                .contains("The option message is for encode:protobuf");
        assertThat(complaint("encode:avro?schema=broken.avsc")).contains("broken.avsc is broken");
        assertThat(complaint("encode:avro?schema=none.avsc")).contains("none.avsc does not exist");
        assertThat(complaint("encode:avro?registry=r:8081")).contains("an address such as");
        assertThat(complaint("encode:avro?registry=http://u:p@r:8081"))
                .contains("set camel.component.encode.registry-user");
    }

    private void restart(String uri) throws Exception {
        context.getRouteController().stopRoute("encoding");
        context.removeRoute("encoding");
        start(uri);
    }

    private void start(String uri) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .routeId("encoding")
                        .errorHandler(noErrorHandler())
                        .to(uri);
            }
        });
        context.start();
    }

    private String hex(String json) {
        return HexFormat.of()
                .formatHex(
                        context.createProducerTemplate().requestBody("direct:in", json.getBytes(UTF_8), byte[].class));
    }

    private @Nullable Failure failure(String json) {
        Exchange exchange = context.createProducerTemplate()
                .request("direct:in", request -> request.getMessage().setBody(json.getBytes(UTF_8)));
        return exchange.getException() == null ? null : Failure.of(exchange.getException());
    }

    private String complaint(String uri) {
        return String.valueOf(
                catchThrowable(() -> context.getEndpoint(uri)).getCause().getMessage());
    }
}

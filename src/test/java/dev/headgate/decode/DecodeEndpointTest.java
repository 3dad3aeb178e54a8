package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.luben.zstd.Zstd;
import dev.headgate.ConfigurationException;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.devservices.DevRegistry;
import dev.headgate.failure.Failure;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code decode:} in a route: its options, the registry it asks, and what is compressed. */
class DecodeEndpointTest {

    private static final String SCHEMA =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}";
    private static final byte[] JSON = "{\"id\":\"a\"}".getBytes(UTF_8);

    @TempDir
    Path folder;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private DevRegistry registry;

    @BeforeEach
    void routesBesideASchema() throws IOException {
        Files.writeString(folder.resolve("r.avsc"), SCHEMA);
        Files.writeString(folder.resolve("broken.avsc"), "{\"type\":\"recrod\"}");
        Files.writeString(folder.resolve("importing.proto"), "import \"imported.proto\"; message A { }");
        Files.writeString(folder.resolve("two.proto"), "message A { } message B { }");
        Properties properties = new Properties();
        properties.setProperty("headgate.routes", folder.toString());
        context.getPropertiesComponent().setInitialProperties(properties);
        DecodeComponent component = new DecodeComponent();
        component.limitMessages(new MessageLimit(1_000_000));
        context.addComponent("decode", component);
        registry = DevRegistry.start();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
        registry.close();
    }

    @Test
    void a_schema_is_asked_for_once_and_an_id_that_is_not_known_yet_is_an_outage() throws Exception {
        start("decode:avro?registry=" + registry.url() + "/");

        Failure failure = failure(wire(7, avro("a")));
        assertThat(failure).isInstanceOf(Failure.Outage.class);
        assertThat(failure.reason()).isEqualTo("schema registry");
        assertThat(failure.error())
                .contains(registry.url() + "/schemas/ids/7: answers with 404")
                .contains("Schema not found");
        assertThat(registry.asked()).isEqualTo(1);

        registry.answer("/schemas/ids/7", answer(SCHEMA, ""));
        assertThat(decoded(wire(7, avro("a")))).isEqualTo(JSON);
        assertThat(decoded(wire(7, avro("b")))).asString(UTF_8).isEqualTo("{\"id\":\"b\"}");
        assertThat(registry.asked()).isEqualTo(2);

        registry.close();
        assertThat(decoded(wire(7, avro("a")))).isEqualTo(JSON);
        assertThat(failure(wire(8, avro("a")))).isInstanceOf(Failure.Outage.class);
    }

    @Test
    void an_answer_that_does_not_end_is_an_outage() throws Exception {
        registry.neverEnds("/schemas/ids/7");
        start("decode:avro?registry=" + registry.url());
        Failure failure = failure(wire(7, avro("a")));
        assertThat(failure).isInstanceOf(Failure.Outage.class);
        assertThat(failure.error()).contains("does not answer within 5 s");
    }

    @Test
    void a_registry_is_told_who_asks_if_that_is_set() throws Exception {
        registry.answer("/schemas/ids/7", answer(SCHEMA, ""));
        DecodeComponent component = context.getComponent("decode", DecodeComponent.class);
        component.setRegistryUser("key");
        component.setRegistryPassword("s:cret");
        start("decode:avro?registry=" + registry.url());
        assertThat(decoded(wire(7, avro("a")))).isEqualTo(JSON);
        assertThat(registry.authorization())
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("key:s:cret".getBytes(UTF_8)));
    }

    @Test
    void a_schema_may_refer_to_others() throws Exception {
        registry.answer(
                "/schemas/ids/1",
                answer(
                        "{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}",
                        ",\"references\":[{\"name\":\"R\",\"subject\":\"a/b c\",\"version\":3}]"));
        registry.answer("/subjects/a%2Fb%20c/versions/3", answer(SCHEMA, ""));
        start("decode:avro?registry=" + registry.url());
        assertThat(decoded(wire(1, avro("a")))).asString(UTF_8).isEqualTo("{\"r\":{\"id\":\"a\"}}");
    }

    @Test
    void poison_is_refused() throws Exception {
        registry.answer("/schemas/ids/7", answer(SCHEMA, ""));
        registry.answer("/schemas/ids/8", answer("message R {}", ",\"schemaType\":\"PROTOBUF\""));
        registry.answer("/schemas/ids/9", answer("{\"type\":\"recrod\"}", ""));
        start("decode:avro?registry=" + registry.url());

        assertThat(reason(JSON)).isEqualTo("no wire format");
        assertThat(reason(new byte[] {0, 0, 0})).isEqualTo("no wire format");
        assertThat(reason(wire(7, new byte[] {40, 'a'}))).isEqualTo("broken Avro");
        assertThat(reason(wire(7, new byte[] {2, 'a', 'b'}))).isEqualTo("broken Avro");
        assertThat(reason(wire(8, new byte[0]))).isEqualTo("schema of another type");
        assertThat(reason(wire(9, new byte[0]))).isEqualTo("broken schema");
    }

    @Test
    void a_tombstone_passes() throws Exception {
        start("decode:avro?schema=r.avsc");
        Exchange exchange = context.createProducerTemplate()
                .send("direct:in", in -> in.getMessage().setBody(null));
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"null.avro", "deflate.avro", "zstandard.avro", "null.avro.zst", "null.avro.lz4", "null.avro.gz"})
    void what_the_tools_of_the_formats_have_written_is_read(String file) throws Exception {
        start("decode:avro");
        assertThat(new String(decoded(Files.readAllBytes(Path.of("src/test/resources/formats", file))), UTF_8))
                .matches(
                        "\\{\"id\":\"t-\\d\",\"version\":7,\"text\":\"by avro-tools\",\"at\":\"2026-01-02T03:04:05.000000Z\"}");
    }

    @Test
    void plain_avro_is_not_taken_for_compressed() throws Exception {
        Schema longs = Schema.createRecord("L", null, null, false);
        longs.setFields(List.of(
                new Schema.Field("a", Schema.create(Schema.Type.LONG)),
                new Schema.Field("b", Schema.create(Schema.Type.LONG))));
        Files.writeString(folder.resolve("longs.avsc"), longs.toString());
        start("decode:avro?schema=longs.avsc");
        assertThat(decoded(new byte[] {0x1f, (byte) 0x8b, 0x08}))
                .asString(UTF_8)
                .isEqualTo("{\"a\":-16,\"b\":-518}");
    }

    @Test
    void compressed_bodies_are_known_by_their_first_bytes() throws Exception {
        start("decode:json");
        assertThat(decoded(JSON)).isEqualTo(JSON);
        assertThat(decoded(wire(7, JSON))).isEqualTo(JSON);
        for (Map.Entry<String, byte[]> compressed : compressed(JSON).entrySet()) {
            assertThat(decoded(compressed.getValue())).as(compressed.getKey()).isEqualTo(JSON);
            byte[] cut = Arrays.copyOf(compressed.getValue(), compressed.getValue().length - 6);
            assertThat(reason(cut)).isEqualTo("broken " + compressed.getKey());
        }
    }

    @Test
    void a_bomb_is_refused_when_it_is_larger_than_a_message_may_be() throws Exception {
        start("decode:json");
        byte[] fits = new byte[1_000_000];
        Arrays.fill(fits, (byte) ' ');
        for (Map.Entry<String, byte[]> compressed : compressed(fits).entrySet()) {
            assertThat(decoded(compressed.getValue())).as(compressed.getKey()).isEqualTo(fits);
        }
        for (Map.Entry<String, byte[]> bomb : compressed(new byte[200_000_000]).entrySet()) {
            assertThat(bomb.getValue().length).isLessThan(1_000_000);
            assertThat(reason(bomb.getValue())).as(bomb.getKey()).isEqualTo("too large");
        }
    }

    @Test
    void what_a_message_becomes_larger_by_is_in_flight_until_it_ends_and_waits_for_room() throws Exception {
        InflightLimit limit = new InflightLimit(1000, 50_000);
        context.getRegistry().bind("limit", limit);
        context.getComponent("decode", DecodeComponent.class).waitForRoom(Duration.ofMinutes(1));
        List<Long> seen = new CopyOnWriteArrayList<>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("decode").to("decode:json").process(exchange -> seen.add(limit.bytes()));
            }
        });
        context.start();
        byte[] body = compressed(" ".repeat(100_000).getBytes(UTF_8)).get("gzip");
        assertThat(failure(body)).isNull();
        assertThat(seen).containsExactly(100_000L - body.length);
        assertThat(limit.bytes()).isZero();

        SourceInflight other = limit.source("other");
        other.acquire(50_000);
        CompletableFuture<Failure> waiting = CompletableFuture.supplyAsync(() -> failure(body));
        assertThatThrownBy(() -> waiting.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(seen).hasSize(1);
        other.release(50_000);
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isNull();
        assertThat(seen).hasSize(2);
    }

    @Test
    void what_finds_no_room_is_delivered_again() throws Exception {
        InflightLimit limit = new InflightLimit(1000, 50_000);
        context.getRegistry().bind("limit", limit);
        context.getComponent("decode", DecodeComponent.class).waitForRoom(Duration.ofMillis(1));
        start("decode:json");
        limit.source("other").acquire(50_000);
        assertThat(failure(JSON)).isInstanceOf(Failure.Outage.class);
        limit.source("other").release(50_000);
        assertThat(failure(JSON)).isNull();
    }

    @Test
    void options_that_cannot_be_are_told_with_the_remedy() {
        assertThat(complaint("decode:xml"))
                .isEqualTo(
                        "Expected decode:avro, decode:cloudevents, decode:csv, decode:json or decode:protobuf, found decode:xml");
        assertThat(complaint("decode:avro?schema=r.avsc&registry=http://r")).endsWith("found both");
        assertThat(complaint("decode:json?schema=r.avsc")).contains("remove the option");
        assertThat(complaint("decode:avro?registry=registry:8081")).contains("such as http://registry:8081");
        assertThat(complaint("decode:avro?registry=http://u:secret@r"))
                .contains("without a user")
                .doesNotContain("secret");
        assertThat(complaint("decode:json?compression=bzip2")).contains("none, gzip, zstd or lz4");
        assertThat(complaint("decode:avro?schema=missing.avsc"))
                .startsWith("The Avro schema " + folder.resolve("missing.avsc") + " does not exist: correct the path");
        assertThat(complaint("decode:avro?schema=broken.avsc"))
                .startsWith("The Avro schema " + folder.resolve("broken.avsc") + " is broken (");
        assertThat(complaint("decode:protobuf"))
                .startsWith("decode:protobuf needs one of")
                .endsWith("found neither");
        assertThat(complaint("decode:avro?schema=r.avsc&message=R")).contains("remove the option");
        assertThat(complaint("decode:protobuf?schema=missing.proto"))
                .startsWith("The Protobuf schema " + folder.resolve("missing.proto") + " does not exist");
        assertThat(complaint("decode:protobuf?schema=importing.proto"))
                .startsWith("The Protobuf schema " + folder.resolve("imported.proto") + " does not exist");
        assertThat(complaint("decode:protobuf?schema=two.proto"))
                .startsWith(
                        "The Protobuf schema " + folder.resolve("two.proto") + " is broken (it has the messages A, B")
                .contains("option message");
        assertThat(complaint("decode:protobuf?schema=two.proto&message=C")).contains("it has no message C, but A, B");
    }

    @Test
    void protobuf_of_a_registry_says_its_message_and_imports_what_the_registry_has() throws Exception {
        registry.answer(
                "/schemas/ids/1",
                answer(
                        "syntax = \"proto3\"; import \"a/r.proto\"; message Other { } message O { R r = 1; }",
                        ",\"schemaType\":\"PROTOBUF\",\"references\":"
                                + "[{\"name\":\"a/r.proto\",\"subject\":\"a/b c\",\"version\":3}]"));
        registry.answer(
                "/subjects/a%2Fb%20c/versions/3",
                answer("syntax = \"proto3\"; message R { string id = 1; }", ",\"schemaType\":\"PROTOBUF\""));
        registry.answer("/schemas/ids/2", answer(SCHEMA, ""));
        registry.answer("/schemas/ids/3", answer("mesage R { }", ",\"schemaType\":\"PROTOBUF\""));
        start("decode:protobuf?registry=" + registry.url());
        byte[] payload = {2, 2, 10, 3, 10, 1, 'a'};
        assertThat(decoded(wire(1, payload))).asString(UTF_8).isEqualTo("{\"r\":{\"id\":\"a\"}}");
        assertThat(decoded(compressed(wire(1, payload)).get("zstd")))
                .asString(UTF_8)
                .isEqualTo("{\"r\":{\"id\":\"a\"}}");
        assertThat(reason(wire(1, new byte[] {2, 4}))).isEqualTo("broken Protobuf");
        assertThat(reason(wire(1, new byte[] {2, 2, 10, 9}))).isEqualTo("broken Protobuf");
        assertThat(reason(wire(2, payload))).isEqualTo("schema of another type");
        assertThat(reason(wire(3, payload))).isEqualTo("broken schema");
        assertThat(failure(wire(4, payload))).isInstanceOf(Failure.Outage.class);
    }

    @Test
    void protobuf_without_a_registry_has_a_file_and_what_it_imports() throws Exception {
        Files.createDirectories(folder.resolve("proto/a"));
        Files.writeString(
                folder.resolve("proto/o.proto"),
                "syntax = \"proto3\"; package p; import \"a/r.proto\"; message Other { } message O { R r = 1; }");
        Files.writeString(
                folder.resolve("proto/a/r.proto"), "syntax = \"proto3\"; package p; message R { string id = 1; }");
        start("decode:protobuf?schema=proto/o.proto&message=O");
        assertThat(decoded(new byte[] {10, 3, 10, 1, 'a'})).asString(UTF_8).isEqualTo("{\"r\":{\"id\":\"a\"}}");
    }

    @Test
    void csv_is_one_record_with_what_separates_its_fields() throws Exception {
        start("decode:csv?header=id,amount&delimiter=;");
        byte[] json = "{\"id\":\"a\",\"amount\":null}".getBytes(UTF_8);
        assertThat(decoded("a;\n".getBytes(UTF_8))).isEqualTo(json);
        assertThat(decoded(compressed("a;".getBytes(UTF_8)).get("lz4"))).isEqualTo(json);
        assertThat(reason("a".getBytes(UTF_8))).isEqualTo("broken CSV");
    }

    @Test
    void lines_of_csv_are_split_before() throws Exception {
        List<String> rows = new CopyOnWriteArrayList<>();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .split(body().tokenize("\n"))
                        .to("decode:csv?header=id,amount")
                        .process(exchange -> rows.add(exchange.getMessage().getBody(String.class)));
            }
        });
        context.start();
        assertThat(failure("a,1\r\nä,2\n".getBytes(UTF_8))).isNull();
        assertThat(rows).containsExactly("{\"id\":\"a\",\"amount\":\"1\"}", "{\"id\":\"ä\",\"amount\":\"2\"}");
    }

    @Test
    void what_an_event_has_may_be_decoded_further() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("decode").to("decode:cloudevents").to("decode:avro?schema=r.avsc");
            }
        });
        context.start();
        Exchange exchange = context.createProducerTemplate().send("direct:in", in -> {
            in.getMessage().setBody(avro("a"));
            in.getMessage()
                    .setHeaders(new HashMap<>(
                            Map.of("ce_specversion", "1.0", "ce_id", "e", "ce_source", "/s", "ce_type", "t")));
        });
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isEqualTo(JSON);
        assertThat(exchange.getMessage().getHeader("message-id")).isEqualTo("/s e");
        assertThat(reason(JSON)).isEqualTo("broken CloudEvent");
    }

    @Test
    void many_threads_that_lack_one_schema_ask_for_it_once() throws Exception {
        CountDownLatch asking = registry.holds("/schemas/ids/7");
        registry.answer("/schemas/ids/7", answer(SCHEMA, ""));
        start("decode:avro?registry=" + registry.url());
        byte[] payload = avro("a");
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int i = 0; i < 8; i++) {
                all.add(CompletableFuture.supplyAsync(() -> decoded(wire(7, payload)), threads));
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> registry.asked() > 0);
            asking.countDown();
            for (CompletableFuture<byte[]> each : all) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(JSON);
            }
            assertThat(registry.asked()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    private void start(String uri) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("decode").to(uri);
            }
        });
        context.start();
    }

    private byte[] decoded(byte[] body) {
        return context.createProducerTemplate().requestBody("direct:in", body, byte[].class);
    }

    private @Nullable Failure failure(byte[] body) {
        Exchange exchange = context.createProducerTemplate()
                .send("direct:in", in -> in.getMessage().setBody(body));
        return exchange.getException() == null ? null : Failure.of(exchange.getException());
    }

    private String reason(byte[] body) {
        Failure failure = failure(body);
        assertThat(failure).isInstanceOf(Failure.Rejected.class);
        return failure.reason();
    }

    private String complaint(String uri) {
        Throwable failure = catchThrowable(() -> context.getEndpoint(uri));
        while (failure.getCause() != null
                && !(failure instanceof IllegalArgumentException)
                && !(failure instanceof ConfigurationException)) {
            failure = failure.getCause();
        }
        return failure.getMessage();
    }

    private static String answer(String schema, String others) {
        return "{\"schema\":" + JsonNodeFactory.instance.textNode(schema) + others + "}";
    }

    private static byte[] wire(int id, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) 0)
                .putInt(id)
                .put(payload)
                .array();
    }

    private static byte[] avro(String id) throws IOException {
        Schema schema = new Schema.Parser().parse(SCHEMA);
        GenericData.Record record = new GenericData.Record(schema);
        record.put("id", id);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<>(schema).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream stream = new GZIPOutputStream(gzip)) {
            stream.write(bytes);
        }
        ByteArrayOutputStream lz4 = new ByteArrayOutputStream();
        try (OutputStream stream = new LZ4FrameOutputStream(lz4)) {
            stream.write(bytes);
        }
        Map<String, byte[]> compressed = new HashMap<>();
        compressed.put("gzip", gzip.toByteArray());
        compressed.put("zstd", Zstd.compress(bytes));
        compressed.put("lz4", lz4.toByteArray());
        return compressed;
    }
}

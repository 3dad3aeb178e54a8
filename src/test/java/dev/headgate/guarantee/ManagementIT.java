package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.chaos.TcpProxy;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the management server answers, and to whom. */
class ManagementIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PIPELINE = mbean("services", "Pipeline-orders");
    private static final String OUTBOX = mbean("services", "Outbox-orders-applied");
    private static final String RELAY = mbean("routes", "orders-applied-relay");
    private static final String THROTTLE = mbean("processors", "orders-throttle");

    private final Map<String, String> properties = new HashMap<>();
    private int port;
    private String[] credentials = {};

    @Test
    void a_person_pauses_a_pipeline_only_if_that_is_allowed() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.stop(pipeline.start(settings(), Map.of()));
            var looking = pipeline.start(settings(), Map.of());
            assertThat(read(PIPELINE, "State")).contains("\"value\":\"running\"");
            assertThat(execute(PIPELINE, "pause")).contains("\"status\":403");
            assertThat(execute(RELAY, "suspend()")).contains("\"status\":403");
            assertThat(execute(mbean("services", "DeadLetters"), "replay")).contains("\"status\":403");
            assertThat(execute(mbean("services", "Routes"), "reload")).contains("\"status\":403");
            assertThat(write(THROTTLE, "MaximumRequests", 10)).contains("\"status\":403");
            assertThat(read("java.lang:type=Runtime", "SystemProperties")).contains("\"status\":403");
            assertThat(read(PIPELINE, "State", "Origin", "http://elsewhere.example"))
                    .doesNotContain("running");
            assertThat(read(PIPELINE, "State", "Origin", "http://127.0.0.1:" + port))
                    .contains("running");
            commandsThatAreNotAllowed(pipeline);
            assertThat(read(PIPELINE, "State")).contains("\"value\":\"running\"");
            pipeline.stop(looking);

            properties.put("headgate.management.write", "true");
            properties.put("headgate.management.token", "t0ken");
            credentials = new String[] {"Authorization", "Bearer t0ken"};
            pipeline.start(settings(), Map.of());
            pipeline.sendOrder("first", "first", 1);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isOne());
            assertThat(execute(PIPELINE, "pause")).contains("\"status\":200");
            assertThat(read(PIPELINE, "State")).contains("\"value\":\"paused: operator\"");
            pipeline.sendOrder("second", "second", 1);
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> assertThat(Scrape.of(port, credentials)
                            .value("headgate_kafka_lag_messages{partition=\"0\",pipeline=\"orders\",topic=\"%s\"}"
                                    .formatted(pipeline.topic)))
                    .isOne());
            assertThat(pipeline.count("select count(*) from orders")).isOne();
            assertThat(write(THROTTLE, "MaximumRequests", 500)).contains("\"status\":200");
            assertThat(write(THROTTLE, "TimePeriodMillis", 20)).contains("\"status\":200");
            assertThat(read(THROTTLE, "TimePeriodMillis")).contains("\"value\":20");
            String limits = mbean("services", "Inflight-orders");
            assertThat(write(limits, "MaxMessages", 50)).contains("\"status\":200");
            assertThat(read(limits, "MaxMessages")).contains("\"value\":50");
            assertThat(Scrape.get(port, "/observe/health/ready", credentials).statusCode())
                    .isEqualTo(200);
            assertThat(execute(PIPELINE, "resume")).contains("\"status\":200");
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2));
            theTables(pipeline);
            deadLettersAreDecided();
            commandsThatAreAllowed(pipeline);
        }
    }

    private void commandsThatAreNotAllowed(Pipeline pipeline) {
        assertThat(pipelines(pipeline, "list").succeeded().out()).contains("PIPELINE", "orders", "running", "100000/s");
        assertThat(pipelines(pipeline, "list --json").succeeded().out())
                .contains("\"name\" : \"orders\"", "\"maxRate\" : 100000.0", "\"maxRejected\" : ");
        assertThat(pipelines(pipeline, "show orders").succeeded().out())
                .contains("kafka:" + pipeline.topic, "max rate        100000/s", "batch           orders: ");
        pipelines(pipeline, "pause orders").failed(1, "headgate.management.write=true");
        pipelines(pipeline, "set orders --max-rate 5").failed(1, "headgate.management.write=true");
        pipelines(pipeline, "show order").failed(1, "No pipeline order runs there: did you mean orders?");
        pipelines(pipeline, "set orders").failed(2, "Nothing to set");
        pipelines(pipeline, "set orders --max-rate 0").failed(2, "above 0");
        properties.put("camel.management.port", "1");
        pipelines(pipeline, "list").failed(1, "Nobody answers at http://127.0.0.1:1");
        properties.put("camel.management.port", Integer.toString(port));
    }

    private void commandsThatAreAllowed(Pipeline pipeline) throws Exception {
        pipelines(pipeline, "pause orders nothing").failed(1, "No pipeline nothing runs there");
        assertThat(read(PIPELINE, "State")).contains("running");
        assertThat(pipelines(pipeline, "pause orders").succeeded().out()).isEqualTo("The pipeline orders is paused.\n");
        assertThat(read(PIPELINE, "State")).contains("paused: operator");
        assertThat(pipelines(pipeline, "show orders --json").succeeded().out())
                .contains("\"state\" : \"paused\"", "\"reason\" : \"operator\"");
        assertThat(pipelines(pipeline, "resume orders --json").succeeded().out())
                .isEqualTo("{\"pipeline\":\"orders\",\"paused\":false}\n");
        assertThat(read(PIPELINE, "State")).contains("running");
        assertThat(pipelines(
                                pipeline,
                                "set orders --max-rate 2000 --max-rejected 0.5 --max-inflight-messages 70"
                                        + " --max-inflight-bytes 7000")
                        .succeeded()
                        .out())
                .contains("max rate        2000/s", "max rejected 0.5", " of 70 messages", " of 7000 bytes");
        assertThat(read(THROTTLE, "TimePeriodMillis")).contains("\"value\":100");
        assertThat(jolokia("""
                {"type":"write","mbean":"%s","attribute":"MaxRate","value":-0.5}
                """.formatted(PIPELINE))).contains("the rate must be above 0");
        assertThat(pipelines(pipeline, "set orders --max-rate 0.5").succeeded().out())
                .contains("max rate        0.5/s");
        assertThat(read(THROTTLE, "TimePeriodMillis")).contains("\"value\":2000");
    }

    /** The buttons of the page: of a message that is refused again, and is then given up. */
    private void deadLettersAreDecided() throws Exception {
        String letters = mbean("services", "DeadLetters");
        String page = "http://127.0.0.1:" + port;
        String reason = JSON.readTree(read(letters, "Reasons"))
                .at("/value/orders")
                .fieldNames()
                .next();
        HttpResponse<String> look = Scrape.get(
                port,
                "/observe/dead-letters?pipeline=orders&reason=" + URLEncoder.encode(reason, StandardCharsets.UTF_8),
                credentials);
        assertThat(look.body()).contains("\"step\" : \"orders-validate\"", "dead-letters show ");
        String replay = """
                {"type":"exec","mbean":"%s","operation":"replay","arguments":["orders","%s"]}
                """.formatted(letters, reason);
        assertThat(jolokia(replay, "Origin", "http://elsewhere.example")).contains("another site");
        assertThat(jolokia(replay, "Origin", page)).contains("Replayed 1: 0 applied, 1 refused again");
        String discard = """
                {"type":"exec","mbean":"%s","operation":"discard","arguments":["orders","%s","%s"]}
                """;
        assertThat(jolokia(discard.formatted(letters, reason, " "), "Origin", page))
                .contains("say why");
        assertThat(jolokia(discard.formatted(letters, reason, "no order"), "Origin", page))
                .contains("Discarded 1.");
        assertThat(read(letters, "Open")).contains("\"value\":0");
    }

    private HeadgateCommand pipelines(Pipeline pipeline, String words) {
        Map<String, String> settings = pipeline.properties();
        settings.putAll(properties);
        return HeadgateCommand.run(Pipeline.ROUTES, settings, List.of(("pipelines " + words).split(" ")));
    }

    /** With a relay that is paused and resumed. */
    private void theTables(Pipeline pipeline) throws Exception {
        Pipeline.await()
                .untilAsserted(() -> assertThat(read(OUTBOX, "Delivered")).contains("\"value\":2"));
        assertThat(read(OUTBOX, "State")).contains("\"value\":\"running\"");
        assertThat(execute(RELAY, "suspend()")).contains("\"status\":200");
        assertThat(read(OUTBOX, "State")).contains("\"value\":\"paused\"");
        pipeline.sendOrder("third", "third", 1);
        pipeline.send("bad", "bad", "{}".getBytes(StandardCharsets.UTF_8));
        pipeline.flush();
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(4));
        assertThat(read(OUTBOX, "Pending")).contains("\"value\":1");
        assertThat(read(OUTBOX, "OldestPendingSeconds")).containsPattern("\"value\":(0\\.[0-9]*[1-9]|[1-9])");
        assertThat(execute(RELAY, "resume()")).contains("\"status\":200");
        Pipeline.await()
                .untilAsserted(() -> assertThat(read(OUTBOX, "Delivered")).contains("\"value\":3"));
        assertThat(read(OUTBOX, "State")).contains("\"value\":\"running\"");
        assertThat(read(OUTBOX, "Pending")).contains("\"value\":0");

        assertThat(read(mbean("services", "DeadLetters"), "Open")).contains("\"value\":1");
        assertThat(read(mbean("services", "DeadLetters"), "Reasons"))
                .containsPattern("\"value\":\\{\"orders\":\\{\"schema: [^\"]*\":1}}");
    }

    @Test
    void without_credentials_nothing_is_answered() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            properties.put("camel.management.host", "0.0.0.0");
            properties.put("headgate.management.token", "t0ken");
            properties.put("headgate.management.user", "headgate");
            properties.put("headgate.management.password", "s3cret");
            pipeline.start(settings(), Map.of());
            String basic =
                    "Basic " + Base64.getEncoder().encodeToString("headgate:s3cret".getBytes(StandardCharsets.UTF_8));

            for (String path :
                    List.of("/observe/metrics", "/observe/health", "/observe/info", "/observe/jolokia/version")) {
                assertThat(Scrape.get(port, path).statusCode()).as(path).isEqualTo(401);
                assertThat(status(path, "Bearer wrong")).as(path).isEqualTo(401);
                assertThat(status(path, "Bearer t0ken")).as(path).isEqualTo(200);
                assertThat(status(path, basic)).as(path).isEqualTo(200);
            }
            assertThat(Scrape.get(port, "/observe/jolokia/version").headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic "));
            assertThat(Scrape.get(port, "/observe/info", "Authorization", "Bearer t0ken")
                            .body())
                    .contains("\"description\":\"Headgate 0.1.0, commit ");
        }
    }

    @Test
    void readiness_names_what_is_away_and_the_start_is_over_once() throws Exception {
        try (Pipeline pipeline = new Pipeline(1);
                TcpProxy proxy = new TcpProxy(Servers.POSTGRES.port())) {
            properties.put("headgate.management.token", "t0ken");
            properties.put("headgate.management.health", "open");
            properties.put(
                    "headgate.database.url", pipeline.jdbcUrl().replaceFirst(":[0-9]+/", ":" + proxy.port() + "/"));
            pipeline.start(settings(), Map.of());
            Pipeline.await().untilAsserted(() -> {
                assertThat(Scrape.get(port, "/observe/health/started").statusCode())
                        .isEqualTo(200);
                assertThat(Scrape.get(port, "/observe/health/ready").statusCode())
                        .isEqualTo(200);
            });

            proxy.refuse(true);
            proxy.cut();
            Pipeline.await().untilAsserted(() -> {
                HttpResponse<String> ready = Scrape.get(port, "/observe/health/ready", "Authorization", "Bearer t0ken");
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("database since 20", "relay since 20", "outbox:orders-applied");
            });
            // To who does not say who he is: that it is so, not why.
            HttpResponse<String> probe = Scrape.get(port, "/observe/health/ready");
            assertThat(probe.statusCode()).isEqualTo(503);
            assertThat(probe.body()).isEqualTo("{\"status\":\"DOWN\"}");
            assertThat(Scrape.get(port, "/observe/health/live").statusCode()).isEqualTo(200);
            assertThat(Scrape.get(port, "/observe/health/started").statusCode()).isEqualTo(200);

            proxy.refuse(false);
            Pipeline.await().untilAsserted(() -> assertThat(
                            Scrape.get(port, "/observe/health/ready").statusCode())
                    .isEqualTo(200));
        }
    }

    @Test
    void readiness_says_that_s3_is_away(@TempDir Path folder) throws Exception {
        try (Archive archive = new Archive(1, folder)) {
            archive.start(settings());
            Pipeline.await().untilAsserted(() -> assertThat(
                            Scrape.get(port, "/observe/health/ready").statusCode())
                    .isEqualTo(200));

            archive.s3.stop();
            Pipeline.await().untilAsserted(() -> {
                HttpResponse<String> ready = Scrape.get(port, "/observe/health/ready");
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("s3 since 20", "Connection refused");
            });

            archive.s3.restart();
            Pipeline.await().untilAsserted(() -> assertThat(
                            Scrape.get(port, "/observe/health/ready").statusCode())
                    .isEqualTo(200));
        }
    }

    private Map<String, String> settings() throws Exception {
        port = Scrape.freePort();
        properties.put("camel.management.enabled", "true");
        properties.put("camel.management.port", Integer.toString(port));
        return properties;
    }

    private String read(String object, String attribute, String... headers) throws Exception {
        return jolokia("""
                {"type":"read","mbean":"%s","attribute":"%s"}
                """.formatted(object, attribute), headers);
    }

    private String execute(String object, String operation) throws Exception {
        return jolokia("""
                {"type":"exec","mbean":"%s","operation":"%s"}
                """.formatted(object, operation));
    }

    private String write(String object, String attribute, long value) throws Exception {
        return jolokia("""
                {"type":"write","mbean":"%s","attribute":"%s","value":%d}
                """.formatted(object, attribute, value));
    }

    /** As JSON needs it. */
    private static String mbean(String type, String name) {
        return "org.apache.camel:context=headgate,type=%s,name=\\\"%s\\\"".formatted(type, name);
    }

    private String jolokia(String request, String... headers) throws Exception {
        String[] all = Stream.concat(Stream.of(credentials), Stream.of(headers)).toArray(String[]::new);
        return Scrape.post(port, "/observe/jolokia/", request, all).body();
    }

    private int status(String path, String authorization) throws Exception {
        return Scrape.get(port, path, "Authorization", authorization).statusCode();
    }
}

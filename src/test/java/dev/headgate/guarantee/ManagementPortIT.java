package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a web page, a guest or a thief gets from the management server: nothing. Requests as they go over the wire. */
class ManagementPortIT {

    private static final String CONTEXT = "org.apache.camel:context=headgate,type=context,name=\"headgate\"";
    private static final String PIPELINE = "org.apache.camel:context=headgate,type=services,name=\"Pipeline-orders\"";

    private static final String TOKEN = "t0ken-of-the-port";
    private static final String PASSWORD = "s3cret-of-the-database";
    private static final String BEARER = "b3arer-of-the-receiver";
    private static final String HOOK = "h00k-of-the-webhook";

    private final Map<String, String> properties = new HashMap<>();
    private int port;

    private record Answer(int status, String body) {}

    @Test
    void a_page_of_another_site_gets_nothing_and_nothing_shows_a_secret(@TempDir Path folder) throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(RoutesFolder.withWebhook(folder), settings(pipeline), Map.of());

            // A name of the attacker's, which now leads to this machine.
            assertThat(get("/observe/status", "Host: evil.example:" + port).status())
                    .isEqualTo(403);
            assertThat(get("/observe/jolokia/version", "Host: 127.0.0.1.evil.example")
                            .status())
                    .isEqualTo(403);
            assertThat(get("/", "Host: localhost:" + port).status()).isEqualTo(200);
            assertThat(get("/", "Host: 127.0.0.1").status()).isEqualTo(200);
            assertThat(get("/", "Host: [::1]:" + port).status()).isEqualTo(200);
            // A page of another site, or of another server of this machine.
            for (String origin : List.of("http://elsewhere.example", "http://localhost:8080", "null")) {
                assertThat(post(read(PIPELINE, "State"), here(), "Origin: " + origin)
                                .status())
                        .as(origin)
                        .isEqualTo(403);
            }
            assertThat(post(read(PIPELINE, "State"), here(), "Origin: http://127.0.0.1:" + port)
                            .body())
                    .contains("\"value\":\"running\"");

            // What may be done by who may write, by nobody else.
            assertThat(post(execute(PIPELINE, "pause"), here()).body()).contains("\"status\":403");
            assertThat(post(write("Inflight", "MaxMessages", 1), here()).body()).contains("\"status\":403");
            nothingIsWritten(folder, here());
            anOutageSaysASecret(pipeline);
            nothingShowsASecret(here());
        }
    }

    @Test
    void who_may_write_may_do_what_is_named_and_nothing_else(@TempDir Path folder) throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            settings(pipeline).put("headgate.management.write", "true");
            assertThatThrownBy(() ->
                            pipeline.start(RoutesFolder.withWebhook(folder.resolve("none")), properties, Map.of()))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("headgate.management.write")
                    .hasMessageContaining("set headgate.management.token");

            properties.put("headgate.management.token", TOKEN);
            properties.put("headgate.management.health", "open");
            properties.put("camel.management.send-enabled", "true");
            assertThatThrownBy(() -> pipeline.start(folder.resolve("none"), properties, Map.of()))
                    .hasStackTraceContaining("leave them out");
            properties.remove("camel.management.send-enabled");
            pipeline.start(RoutesFolder.withWebhook(folder.resolve("routes")), properties, Map.of());
            String token = "Authorization: Bearer " + TOKEN;

            assertThat(post(execute(PIPELINE, "pause"), here(), token).body()).contains("\"status\":200");
            assertThat(post(read(PIPELINE, "State"), here(), token).body()).contains("paused: operator");
            assertThat(post(execute(PIPELINE, "resume"), here(), token).body()).contains("\"status\":200");
            assertThat(post(write("Inflight", "MaxMessages", 10_000), here(), token)
                            .body())
                    .contains("\"status\":200");
            assertThat(post(write("Inflight", "Messages", 1), here(), token).body())
                    .contains("\"status\":403");
            // An image of another site, in a browser that has been told the password.
            assertThat(get("/observe/jolokia/exec/" + path(PIPELINE) + "/pause", here(), token)
                            .body())
                    .contains("\"status\":403");
            assertThat(post(execute(PIPELINE, "pause"), here(), token, "Origin: http://elsewhere.example")
                            .status())
                    .isEqualTo(403);
            assertThat(post(execute(PIPELINE.replace("context=headgate", "context=*"), "pause"), here(), token)
                            .body())
                    .contains("\"status\":403");
            assertThat(post(execute(PIPELINE, "pause"), here()).status()).isEqualTo(401);
            assertThat(post(read(PIPELINE, "State"), here(), token).body()).contains("\"value\":\"running\"");

            nothingIsWritten(folder, here(), token);
            nothingShowsASecret(here(), token);
            probes();
            guesses();
        }
    }

    /** Not by an image, not by a form, and not by somebody who is allowed to pause pipelines. */
    private void nothingIsWritten(Path folder, String... headers) throws IOException {
        Path file = folder.resolve("written");
        String target = "file:" + folder + "?fileName=written";
        String path = "/observe/jolokia/exec/" + path(CONTEXT);
        assertThat(get(path + "/sendBody(java.lang.String,java.lang.Object)/" + path(target) + "/x", headers)
                        .body())
                .contains("\"status\":403");
        for (String operation : List.of(
                "sendBody(java.lang.String,java.lang.Object)",
                "sendStringBody(java.lang.String,java.lang.String)",
                "requestBody(java.lang.String,java.lang.Object)",
                "requestStringBody(java.lang.String,java.lang.String)")) {
            assertThat(post(execute(CONTEXT, operation, target, "x"), headers).body())
                    .as(operation)
                    .contains("\"status\":403");
        }
        assertThat(post(execute(CONTEXT, "createEndpoint", target), headers).body())
                .contains("\"status\":403");
        assertThat(post(execute(CONTEXT, "stop()"), headers).body()).contains("\"status\":403");
        assertThat(post(execute("com.sun.management:type=HotSpotDiagnostic", "dumpHeap", file, "true"), headers)
                        .body())
                .contains("\"status\":403");
        assertThat(post(execute("java.util.logging:type=Logging", "setLoggerLevel", "x", "ALL"), headers)
                        .body())
                .contains("\"status\":403");
        assertThat(file).doesNotExist();
    }

    /** What others say is shown by the status, by readiness and by MBeans. */
    private void anOutageSaysASecret(Pipeline pipeline) {
        pipeline.execute("""
                create function disk_full() returns trigger language plpgsql as $$ begin
                    raise exception 'disk full, %s' using errcode = '53100'; end $$;
                create trigger disk_full before insert on orders execute function disk_full();
                """.formatted(BEARER));
        pipeline.sendOrder("order", "id", 1);
        pipeline.flush();
        Pipeline.await()
                .untilAsserted(
                        () -> assertThat(get("/observe/status", here()).body()).contains("disk full, "));
    }

    private void nothingShowsASecret(String... headers) throws IOException {
        for (String operation : List.of("dumpRoutesAsXml(boolean)", "dumpRoutesAsYaml(boolean)")) {
            Answer dump = post(execute(CONTEXT, operation, "true"), headers);
            hasNoSecret(operation, dump.body());
        }
        assertThat(post(execute(CONTEXT, "dumpRoutesAsXml()"), headers).body())
                .contains("hooks-send", "http://camel.apache.org/schema/");
        String all = post("{\"type\":\"read\",\"mbean\":\"*:*\",\"config\":{\"ignoreErrors\":true}}", headers)
                .body();
        assertThat(all).contains("ServiceLocationUrl", "orders-write", "127.0.0.1:1");
        hasNoSecret("all attributes", all);
        hasNoSecret(
                "all names",
                post("{\"type\":\"list\",\"config\":{\"maxDepth\":9}}", headers).body());
        hasNoSecret(
                "search",
                post("{\"type\":\"search\",\"mbean\":\"*:*\"}", headers).body());
        for (String told : List.of("SystemProperties", "InputArguments")) {
            assertThat(post(read("java.lang:type=Runtime", told), headers).body())
                    .as(told)
                    .contains("\"status\":403");
        }
        String status = get("/observe/status", headers).body();
        assertThat(status).contains("hooks", "127.0.0.1:1");
        hasNoSecret("status", status);
        for (String path : List.of(
                "/observe/metrics",
                "/observe/info",
                "/observe/health",
                "/observe/health?data=true&stackTrace=true",
                "/q/dev",
                "/q/send")) {
            hasNoSecret(path, get(path, headers).body());
        }
        // Each can be asked by the name that it is given here, also where somebody's password is the name of a route.
        JsonNode names = new ObjectMapper()
                .readTree(post("{\"type\":\"search\",\"mbean\":\"org.apache.camel:*\"}", headers)
                        .body())
                .get("value");
        assertThat(names).extracting(JsonNode::asText).anyMatch(name -> name.contains("type=endpoints"));
        for (JsonNode name : names) {
            assertThat(post(json(Map.of("type", "read", "mbean", name.asText())), headers)
                            .body())
                    .as(name.asText())
                    .contains("\"status\":200");
        }
    }

    private static void hasNoSecret(String what, String text) {
        for (String secret : List.of(TOKEN, PASSWORD, BEARER, HOOK)) {
            assertThat(text.contains(secret)).as(what + " shows " + secret).isFalse();
        }
    }

    /** An orchestrator needs no secret to see whether the process lives, and sees no more than that. */
    private void probes() throws IOException {
        Pipeline.await().untilAsserted(() -> assertThat(
                        get("/observe/health/ready", here()).status())
                .isEqualTo(200));
        for (String probe : List.of("/observe/health", "/observe/health/live", "/observe/health/started")) {
            Answer answer = get(probe, here());
            assertThat(answer.status()).as(probe).isEqualTo(200);
            assertThat(answer.body()).as(probe).isEqualTo("{\"status\":\"UP\"}");
        }
        assertThat(get("/observe/health/../status", here()).status()).isEqualTo(401);
        assertThat(get("/observe/health/ready/x", here()).status()).isEqualTo(401);
    }

    /** Wrong credentials are answered later and later, the right ones at once, whoever guesses meanwhile. */
    private void guesses() throws IOException {
        long began = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            assertThat(get("/observe/status", here(), "Authorization: Bearer guess" + i)
                            .status())
                    .isEqualTo(401);
        }
        assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
        try (Socket guess = new Socket(InetAddress.getLoopbackAddress(), port)) {
            guess.getOutputStream().write(request("GET", "/", "", here(), "Authorization: Bearer guess"));
            assertThat(get("/observe/metrics", here(), "Authorization: Bearer " + TOKEN)
                            .body())
                    .containsPattern("headgate_management_refused_total(\\{[^}]*})? [45]\\.0");
            assertThat(guess.getInputStream().available()).isZero();
        }
    }

    private Map<String, String> settings(Pipeline pipeline) throws IOException {
        port = Scrape.freePort();
        properties.put("camel.management.enabled", "true");
        properties.put("camel.management.port", Integer.toString(port));
        properties.put("headgate.database.url", pipeline.jdbcUrl() + "?password=" + PASSWORD);
        properties.put("headgate.database.password", PASSWORD);
        properties.put("hooks.url", "http://127.0.0.1:1/services/" + HOOK);
        properties.put("hooks.bearer", BEARER);
        properties.put("camel.component.aws2-sqs.secret-key", "orders");
        return properties;
    }

    private String here() {
        return "Host: 127.0.0.1:" + port;
    }

    private static String read(String mbean, String attribute) throws IOException {
        return json(Map.of("type", "read", "mbean", mbean, "attribute", attribute));
    }

    private static String write(String service, String attribute, int value) throws IOException {
        String mbean = PIPELINE.replace("Pipeline-orders", service);
        return json(Map.of("type", "write", "mbean", mbean, "attribute", attribute, "value", value));
    }

    private static String execute(String mbean, String operation, Object... arguments) throws IOException {
        return json(Map.of(
                "type",
                "exec",
                "mbean",
                mbean,
                "operation",
                operation,
                "arguments",
                List.of(arguments).stream().map(Object::toString).toList()));
    }

    private static String json(Map<String, ?> request) throws IOException {
        return new ObjectMapper().writeValueAsString(request);
    }

    /** As Jolokia escapes a part of its path. */
    private static String path(String part) {
        return URLEncoder.encode(part.replace("!", "!!").replace("/", "!/"), StandardCharsets.UTF_8);
    }

    private Answer get(String path, String... headers) throws IOException {
        return send(request("GET", path, "", headers));
    }

    private Answer post(String body, String... headers) throws IOException {
        return send(request("POST", "/observe/jolokia/", body, headers));
    }

    private static byte[] request(String method, String path, String body, String... headers) {
        return "%s %s HTTP/1.1\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(
                        method, path, String.join("\r\n", headers), body.getBytes(StandardCharsets.UTF_8).length, body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Over a socket, since the JDK's client sends no other Host than the right one. */
    private Answer send(byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            assertThat(end).as(answer).isPositive();
            return new Answer(Integer.parseInt(answer.substring(9, 12)), answer.substring(end + 4));
        }
    }
}

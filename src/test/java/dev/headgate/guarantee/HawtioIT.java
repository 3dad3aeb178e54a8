package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.manage.hawtio.HawtioConsole;
import dev.headgate.manage.hawtio.JolokiaAgent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** The Hawtio console on a process that has a token, with a stand-in for Hawtio's own files. */
class HawtioIT {

    private static final String INDEX = "<html>the console</html>";
    /** As Hawtio asks for the tree and for the routes. */
    private static final String LIST = """
            [{"type":"list","config":{"maxDepth":9,"maxCollectionSize":50000,"ignoreErrors":true}},
             {"type":"search","mbean":"*:type=security,area=jmx,*"},
             {"type":"version"}]
            """;

    private static final String ROUTES = """
            {"type":"exec","mbean":"org.apache.camel:context=headgate,name=\\"headgate\\",type=context",
             "operation":"dumpRoutesAsXml()"}
            """;
    private static final String STOP = ROUTES.replace("dumpRoutesAsXml()", "stop()");

    private final HttpClient browser = HttpClient.newHttpClient();
    private String address;

    @Test
    void a_browser_that_was_given_the_address_sees_the_routes_and_nobody_else_does(@TempDir Path folder)
            throws Exception {
        int port = Scrape.freePort();
        Map<String, String> settings = Map.of(
                "camel.management.enabled", "true",
                "camel.management.port", Integer.toString(port),
                "headgate.management.token", "t0ken");
        try (Pipeline pipeline = new Pipeline(1)) {
            noneRuns(pipeline, settings);
            pipeline.start(withErrorHandler(folder.resolve("routes")), settings, Map.of());
            JolokiaAgent jolokia = new JolokiaAgent(
                    URI.create("http://127.0.0.1:" + port + "/observe/jolokia"), Optional.of("Bearer t0ken"));
            jolokia.check();
            try (HawtioConsole console = HawtioConsole.start(war(folder), 0, jolokia)) {
                address = console.address().resolve("/hawtio/").toString();
                HttpResponse<String> first = get(console.address().toString());
                assertThat(first.statusCode()).isEqualTo(302);
                String given = first.headers().firstValue("Set-Cookie").orElseThrow();
                assertThat(given).contains("HttpOnly", "SameSite=Strict");
                String cookie = given.substring(0, given.indexOf(';'));

                theFiles(cookie);
                theProcess(cookie);
                assertThat(get(address).statusCode()).isEqualTo(403);
                assertThat(get(address, "Cookie", cookie.replaceFirst("=.*", "=0"))
                                .statusCode())
                        .isEqualTo(403);
                assertThat(get(address + "?key=0").statusCode()).isEqualTo(403);
                assertThat(post(STOP, "Cookie", cookie, "Sec-Fetch-Site", "same-site")
                                .statusCode())
                        .isEqualTo(403);
                assertThat(post(LIST).body()).doesNotContain("org.apache.camel");
            }
            wrongCredentials(pipeline, settings);
        }
    }

    private static Path withErrorHandler(Path routes) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        Files.writeString(file, RoutesFolder.withErrorHandler(Files.readString(file)));
        return routes;
    }

    private void theFiles(String cookie) throws IOException, InterruptedException {
        assertThat(get(address, "Cookie", cookie, "Accept", "text/html").body()).isEqualTo(INDEX);
        assertThat(get(address + "camel/routes", "Cookie", cookie, "Accept", "text/html")
                        .body())
                .isEqualTo(INDEX);
        HttpResponse<String> script = get(address + "static/main.js", "Cookie", cookie);
        assertThat(script.body()).isEqualTo("1;");
        assertThat(script.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/javascript"));
        assertThat(get(address + "WEB-INF/web.xml", "Cookie", cookie).statusCode())
                .isEqualTo(404);
        assertThat(get(address + "static/none.js", "Cookie", cookie).statusCode())
                .isEqualTo(404);
        assertThat(get(address + "user", "Cookie", cookie).body()).isEqualTo("\"public\"");
    }

    private void theProcess(String cookie) throws IOException, InterruptedException {
        assertThat(post(LIST, "Cookie", cookie).body())
                .contains("org.apache.camel", "\"agent\":")
                .doesNotContain("\"status\":403");
        // Where it is in Camel's answer, Hawtio draws nothing.
        assertThat(post(ROUTES, "Cookie", cookie).body())
                .contains("\"status\":200", "orders-write", "batch:orders")
                .containsPattern("</idempotentConsumer>[^<]*<errorHandler>.*</errorHandler>[^<]*</route>");
        assertThat(post(STOP, "Cookie", cookie).body()).contains("\"status\":403");
        assertThat(get(address + "jolokia/version", "Cookie", cookie).body()).contains("\"status\":200");
    }

    private static void noneRuns(Pipeline pipeline, Map<String, String> settings) {
        HeadgateCommand none = hawtio(pipeline, settings);
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err().lines())
                .singleElement()
                .asString()
                .contains("No Headgate answers at http://127.0.0.1:", "headgate run");
    }

    private static void wrongCredentials(Pipeline pipeline, Map<String, String> settings) {
        Map<String, String> others = new HashMap<>(settings);
        others.put("headgate.management.token", "another");
        assertThat(hawtio(pipeline, others).err()).contains("wants other credentials", "headgate.management.token");
    }

    private static HeadgateCommand hawtio(Pipeline pipeline, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(pipeline.properties());
        all.putAll(settings);
        return HeadgateCommand.run(Pipeline.ROUTES, all, List.of("hawtio"));
    }

    private static Path war(Path folder) throws IOException {
        Path war = folder.resolve("hawtio.war");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            for (Map.Entry<String, String> file : Map.of(
                            "index.html", INDEX, "static/main.js", "1;", "WEB-INF/web.xml", "<web-app/>")
                    .entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(UTF_8));
            }
        }
        return war;
    }

    private HttpResponse<String> get(String uri, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(uri)), headers);
    }

    private HttpResponse<String> post(String request, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder post = HttpRequest.newBuilder(URI.create(address + "jolokia"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(request));
        return send(post, headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return browser.send(request.build(), BodyHandlers.ofString());
    }
}

package dev.headgate.guarantee;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The real Prometheus with the shipped rules, which scrapes and evaluates each second and waits 1 s before it fires. */
final class Prometheus implements AutoCloseable {

    private static final Path RULES = Path.of("src", "monitoring", "prometheus", "rules");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIG = """
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [ "rules/*.yml" ]
            scrape_configs:
              - job_name: headgate
                metrics_path: /observe/metrics
                static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
            """;

    private final int port;
    private final Process process;

    static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/bin/prometheus"));
    }

    Prometheus(Path directory, int target) throws IOException {
        Files.createDirectory(directory.resolve("rules"));
        for (String file : new String[] {"slo.yml", "alerts.yml"}) {
            Files.writeString(
                    directory.resolve("rules").resolve(file),
                    Files.readString(RULES.resolve(file)).replaceAll("for: \\d+[mh]", "for: 1s"));
        }
        Path config = Files.writeString(directory.resolve("prometheus.yml"), CONFIG.formatted(target));
        port = Scrape.freePort();
        process = new ProcessBuilder(
                        "/usr/bin/prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** How many series an instant query returns. */
    int series(String query) {
        return query(query).path("data").path("result").size();
    }

    boolean fires(String alert) {
        return series("ALERTS{alertstate=\"firing\",alertname=\"" + alert + "\"}") > 0;
    }

    private JsonNode query(String query) {
        try {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                                    + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode answer = JSON.readTree(response.body());
            if (!answer.path("status").asText().equals("success")) {
                throw new IllegalStateException(query + ": " + response.body());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

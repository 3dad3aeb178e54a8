package dev.headgate.guarantee;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What Prometheus gets from a running Headgate. */
record Scrape(Set<String> families, Map<String, Double> samples) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static Scrape of(int port, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> response = get(port, "/observe/metrics", headers);
        if (response.statusCode() != 200) {
            throw new IOException("Status " + response.statusCode());
        }
        Set<String> families = new TreeSet<>();
        Map<String, Double> samples = new TreeMap<>();
        response.body().lines().forEach(line -> {
            if (line.startsWith("# TYPE ")) {
                families.add(line.split(" ", -1)[2]);
            } else if (!line.startsWith("#")) {
                int end = line.lastIndexOf(' ');
                samples.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
            }
        });
        return new Scrape(families, samples);
    }

    static HttpResponse<String> get(int port, String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(port, path)), headers);
    }

    static HttpResponse<String> post(int port, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(port, path)).POST(HttpRequest.BodyPublishers.ofString(body)), headers);
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Of a series as a scrape writes it, labels in alphabetical order; null if it is not there. */
    Double value(String series) {
        return samples.get(series);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

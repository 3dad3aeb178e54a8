package dev.headgate.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks a management server as an orchestrator and Prometheus do: whether it is ready until it is, for all metrics every
 * 5 s until closed.
 */
final class Scraper implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    private final String server;
    private volatile long readyAt;

    private Scraper(int port) {
        this.server = "http://127.0.0.1:" + port;
    }

    static Scraper start(int port) {
        Scraper scraper = new Scraper(port);
        scraper.every(INTERVAL, () -> scraper.status("/observe/metrics"));
        scraper.every(PROBE_INTERVAL, scraper::probe);
        return scraper;
    }

    /** When it was ready first, in microseconds since 1970; empty if it was not yet. */
    OptionalLong readyAt() {
        return readyAt == 0 ? OptionalLong.empty() : OptionalLong.of(readyAt);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void every(Duration interval, Runnable question) {
        var unused = threads.scheduleAtFixedRate(question, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void probe() {
        if (readyAt == 0 && status("/observe/health/ready") == OK) {
            readyAt = Times.now();
        }
    }

    private int status(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(PATIENCE)
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException notThere) {
            return 0;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}

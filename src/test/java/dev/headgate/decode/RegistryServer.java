package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A stand-in for a schema registry: what it is told at a path, and 404 with the registry's own words at any other. */
public final class RegistryServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final Map<String, CountDownLatch> holding = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String unending = "";
    private volatile @Nullable String authorization;

    public RegistryServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", exchange -> {
            try (exchange) {
                asked.incrementAndGet();
                authorization = exchange.getRequestHeaders().getFirst("Authorization");
                String path = exchange.getRequestURI().getRawPath();
                if (path.equals(unending)) {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write('{');
                    exchange.getResponseBody().flush();
                    closed.await();
                    return;
                }
                CountDownLatch held = holding.get(path);
                if (held != null) {
                    held.await();
                }
                String answer = answers.get(path);
                byte[] body = (answer == null ? "{\"error_code\":40403,\"message\":\"Schema not found\"}" : answer)
                        .getBytes(UTF_8);
                exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public void answer(String path, String json) {
        answers.put(path, json);
    }

    /** At this path it begins to answer, and does not end before it is closed. */
    void neverEnds(String path) {
        unending = path;
    }

    /** At this path it answers when the latch is open. */
    CountDownLatch holds(String path) {
        return holding.computeIfAbsent(path, held -> new CountDownLatch(1));
    }

    /** Of the latest question. */
    @Nullable
    String authorization() {
        return authorization;
    }

    public int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        closed.countDown();
        holding.values().forEach(CountDownLatch::countDown);
        server.stop(0);
        threads.shutdownNow();
    }
}

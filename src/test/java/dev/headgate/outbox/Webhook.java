package dev.headgate.outbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/** An HTTP server on loopback that remembers what it accepted, and can be told to answer otherwise, or not at all. */
public final class Webhook implements AutoCloseable {

    /**
     * One that was accepted.
     *
     * @param id of the header {@code Idempotency-Key}
     */
    public record Request(String method, String id, String contentType, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> accepted = new ArrayList<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger mostBusy = new AtomicInteger();
    private volatile ToIntFunction<String> status = id -> 204;
    private volatile CountDownLatch silence = new CountDownLatch(0);

    public Webhook() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** What it answers to an id: only 2xx is accepted. */
    public void answer(ToIntFunction<String> answers) {
        status = answers;
    }

    /** Answers nothing until the latch is open. */
    public void silentUntil(CountDownLatch latch) {
        silence = latch;
    }

    public synchronized List<Request> accepted() {
        return List.copyOf(accepted);
    }

    /** The most requests that it worked on at once. */
    public int mostAtOnce() {
        return mostBusy.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            mostBusy.accumulateAndGet(busy.incrementAndGet(), Math::max);
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            silence.await();
            int answer = status.applyAsInt(request.id());
            if (answer / 100 == 2) {
                synchronized (this) {
                    accepted.add(request);
                }
            }
            exchange.sendResponseHeaders(answer, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            busy.decrementAndGet();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

package dev.headgate.devservices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for a schema registry with the interface of Confluent's, on loopback and in memory: schemas are registered at
 * {@code POST /subjects/SUBJECT/versions}, and are at {@code /schemas/ids/ID}, {@code /subjects/SUBJECT/versions/VERSION} and
 * {@code .../latest}. It takes any schema that is a text, compatible or not. Besides it has switches for what goes wrong.
 */
public final class DevRegistry implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VERSIONS = Pattern.compile("(/subjects/[^/]+/versions)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, Integer> versions = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final Map<String, CountDownLatch> holding = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean away;
    private volatile String unending = "";
    private volatile @Nullable String authorization;

    private DevRegistry(HttpServer server) {
        this.server = server;
    }

    /** Starts an empty one. */
    public static DevRegistry start() {
        try {
            DevRegistry registry =
                    new DevRegistry(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50));
            registry.server.createContext("/", registry::handle);
            registry.server.setExecutor(registry.threads);
            registry.server.start();
            return registry;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Registers the next version of a subject.
     *
     * @param type AVRO, JSON or PROTOBUF
     * @return its id
     */
    public int register(String subject, String type, String schema) {
        String encoded = URLEncoder.encode(subject, UTF_8).replace("+", "%20");
        ObjectNode body = JSON.createObjectNode().put("schemaType", type).put("schema", schema);
        return register("/subjects/" + encoded + "/versions", body);
    }

    /** At this path it gives this answer from now on, whatever was registered. */
    public void answer(String path, String json) {
        answers.put(path, json);
    }

    /** Whether it answers anything with 503. */
    public void away(boolean whether) {
        away = whether;
    }

    /** At this path it begins to answer, and does not end before it is closed. */
    public void neverEnds(String path) {
        unending = path;
    }

    /** At this path it answers when the latch is open. */
    public CountDownLatch holds(String path) {
        return holding.computeIfAbsent(path, held -> new CountDownLatch(1));
    }

    /** Of the latest question. */
    public @Nullable String authorization() {
        return authorization;
    }

    /** How many questions there were. */
    public int asked() {
        return asked.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
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
            if (away) {
                send(exchange, 503, "{\"error_code\":50301,\"message\":\"Away\"}");
            } else if (exchange.getRequestMethod().equals("POST")) {
                post(exchange, path);
            } else if (answers.containsKey(path)) {
                send(exchange, 200, answers.get(path));
            } else {
                send(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(HttpExchange exchange, String path) throws IOException {
        Matcher subject = VERSIONS.matcher(path);
        try {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            if (subject.matches() && body.isObject() && body.path("schema").isTextual()) {
                send(exchange, 200, "{\"id\":%d}".formatted(register(path, body)));
                return;
            }
        } catch (JsonProcessingException e) {
            // Said below.
        }
        send(
                exchange,
                422,
                "{\"error_code\":42201,\"message\":\"Expected an object with a schema, at /subjects/S/versions\"}");
    }

    private synchronized int register(String path, JsonNode body) {
        int id = ids.incrementAndGet();
        int version = versions.merge(path, 1, Integer::sum);
        ObjectNode answer = JSON.createObjectNode();
        answer.setAll((ObjectNode) body);
        answer.put("id", id).put("version", version);
        answers.put("/schemas/ids/" + id, body.toString());
        answers.put(path + "/" + version, answer.toString());
        answers.put(path + "/latest", answer.toString());
        return id;
    }

    private static void send(HttpExchange exchange, int status, String answer) throws IOException {
        byte[] body = answer.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        closed.countDown();
        holding.values().forEach(CountDownLatch::countDown);
        server.stop(0);
        threads.shutdownNow();
    }
}

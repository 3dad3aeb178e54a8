package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The objects of the manifest; when it has broken down, S3 answers 503 with {@code SlowDown}, and 500. */
final class ObjectEffects implements Effects {

    private static final String ERROR = "<Error><Code>%s</Code><Message>later</Message></Error>";

    private final Archive archive;
    private final AtomicInteger refused = new AtomicInteger();
    private HttpServer busy;

    ObjectEffects(Pipeline pipeline, Path folder) {
        archive = new Archive(pipeline, folder);
    }

    @Override
    public Map<String, String> properties() {
        return archive.properties();
    }

    @Override
    public List<String> all() {
        return archive.read();
    }

    @Override
    public String lastTable() {
        return "headgate.object_manifest";
    }

    @Override
    public void breakDown() {
        archive.s3.stop();
        try {
            busy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), archive.s3.port()), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        busy.createContext("/", this::refuse);
        busy.start();
    }

    @Override
    public Set<String> reasons() {
        return Set.of("HTTP 503", "HTTP 500");
    }

    @Override
    public void restore() {
        busy.stop(0);
        archive.s3.restart();
    }

    @Override
    public void close() {
        archive.close();
    }

    /** The SDK's client asks a few times before it fails; the readiness probe asks without a body, and is not counted. */
    private void refuse(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            try (exchange) {
                exchange.sendResponseHeaders(503, -1);
            }
            return;
        }
        boolean slowDown = refused.getAndIncrement() / 4 % 2 == 0;
        byte[] error = ERROR.formatted(slowDown ? "SlowDown" : "InternalError").getBytes(UTF_8);
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(slowDown ? 503 : 500, error.length);
            exchange.getResponseBody().write(error);
        }
    }
}

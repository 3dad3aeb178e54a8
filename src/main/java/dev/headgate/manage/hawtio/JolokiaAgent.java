package dev.headgate.manage.hawtio;

import com.sun.net.httpserver.HttpExchange;
import dev.headgate.HeadgateException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The JolokiaAgent of a running process, asked with its credentials. Thread-safe. */
public final class JolokiaAgent {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** The error handler in the XML of a route. Hawtio's diagrams count on it that a route begins with where it is from, and else stay empty. */
    private static final Pattern ERROR_HANDLER =
            Pattern.compile("(<errorHandler>.*?</errorHandler>)(.*?)(</route>)", Pattern.DOTALL);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final URI address;
    private final Optional<String> authorization;

    /** @param authorization the header of that name that the process wants, if any */
    public JolokiaAgent(URI address, Optional<String> authorization) {
        this.address = address;
        this.authorization = authorization;
    }

    /**
     * Asks whether it is there.
     *
     * @throws HeadgateException if it is not, and what to do
     */
    public void check() throws InterruptedException {
        int status;
        try {
            status = client.send(request("/version").build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new HeadgateException(
                    "No Headgate answers at %s: start one with `headgate run`, or name its settings with --routes and --config."
                            .formatted(address),
                    e);
        }
        if (status == 401) {
            throw new HeadgateException(
                    "The Headgate at %s wants other credentials: set headgate.management.token, or .user and .password, as it has them."
                            .formatted(address));
        }
        if (status != 200) {
            throw new HeadgateException(
                    "What listens at %s has no Jolokia (status %d): set camel.management.jolokia-enabled=true for it."
                            .formatted(address, status));
        }
    }

    /**
     * Hands a request over and answers it with what comes back; with 502 if nothing does.
     *
     * @param prefix how long the part of its path is that leads to JolokiaAgent
     */
    void forward(HttpExchange exchange, int prefix) throws IOException {
        String path = exchange.getRequestURI().getRawPath().substring(prefix);
        String query = exchange.getRequestURI().getRawQuery();
        HttpRequest.Builder request = request(path + (query == null ? "" : "?" + query))
                .method(
                        exchange.getRequestMethod(),
                        BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
        copy("Content-Type", exchange.getRequestHeaders().getFirst("Content-Type"), request);
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            response.headers().firstValue("Content-Type").ifPresent(type -> exchange.getResponseHeaders()
                    .set("Content-Type", type));
            byte[] body = drawable(response.body()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            exchange.sendResponseHeaders(502, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Puts each route's error handler behind its steps. */
    private static String drawable(String json) {
        return ERROR_HANDLER.matcher(json).replaceAll("$2$1$3");
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(ANSWER);
        authorization.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private static void copy(String name, @Nullable String value, HttpRequest.Builder request) {
        if (value != null) {
            request.header(name, value);
        }
    }
}

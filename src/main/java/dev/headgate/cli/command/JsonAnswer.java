package dev.headgate.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.headgate.HeadgateException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What a server has answered; the body is missing if it is no JSON. */
public record JsonAnswer(int status, JsonNode body) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * Asks once.
     *
     * @param authorization the value of the header, if any
     * @throws HeadgateException if nobody answers
     */
    public static JsonAnswer from(URI url, Optional<String> authorization) {
        return send(HttpRequest.newBuilder(url), url, authorization, PATIENCE);
    }

    /**
     * Sends JSON, once.
     *
     * @param authorization the value of the header, if any
     * @param patience how long to wait for the answer
     * @throws HeadgateException if nobody answers
     */
    public static JsonAnswer to(URI url, Optional<String> authorization, Map<String, ?> body, Duration patience) {
        try {
            return send(
                    HttpRequest.newBuilder(url)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))),
                    url,
                    authorization,
                    patience);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonAnswer send(
            HttpRequest.Builder request, URI url, Optional<String> authorization, Duration patience) {
        authorization.ifPresent(value -> request.header("Authorization", value));
        String server = url.getScheme() + "://" + url.getAuthority();
        try {
            HttpResponse<String> response = HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .build()
                    .send(request.timeout(patience).build(), HttpResponse.BodyHandlers.ofString());
            return new JsonAnswer(response.statusCode(), parse(response.body()));
        } catch (HttpTimeoutException e) {
            throw new HeadgateException(server + " does not answer within " + patience.toSeconds() + " s.", e);
        } catch (IOException e) {
            throw new HeadgateException("Nobody answers at " + server + ": is it running, and is that its address?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeadgateException("Interrupted while waiting for " + server, e);
        }
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}

package dev.headgate.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.failure.OutageException;
import dev.headgate.failure.RejectedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a schema registry with the interface of Confluent's. Whatever keeps it from answering with a schema is an {@link
 * OutageException}: it may have it later. Thread-safe.
 */
final class RegistryClient {

    private static final int MOST_REFERENCES = 100;
    private static final int LARGEST_ANSWER = 16 << 20;
    private static final int LONGEST_SAID = 200;
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI address;
    private final @Nullable String authorization;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();

    private RegistryClient(URI address, @Nullable String authorization) {
        this.address = address;
        this.authorization = authorization;
    }

    /**
     * @param scheme of the endpoint, for complaints
     * @param user null if it asks for none
     * @throws IllegalArgumentException if it is no address of HTTP
     */
    static RegistryClient of(String scheme, String address, @Nullable String user, @Nullable String password) {
        URI uri = URI.create(address.replaceFirst("/+$", ""));
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "Expected option registry without a user and a password, which would be seen"
                            + " wherever the route is: set camel.component.%1$s.registry-user and registry-password"
                                    .formatted(scheme));
        }
        if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
            throw new IllegalArgumentException(
                    "Expected option registry to be an address such as http://registry:8081, found \"" + address
                            + "\"");
        }
        String credentials = user + ":" + (password == null ? "" : password);
        return new RegistryClient(
                uri,
                user == null
                        ? null
                        : "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    }

    /** With the id of its schema. */
    JsonNode schema(int id) {
        return get("/schemas/ids/" + id);
    }

    /** The latest schema of a subject, with its id. */
    JsonNode latest(String subject) {
        return get("/subjects/%s/versions/latest".formatted(encoded(subject)));
    }

    /**
     * The text of a schema that was answered with, behind those that it refers to.
     *
     * @throws RejectedException if it is in another language
     */
    List<SchemaText> texts(JsonNode answer, SchemaLanguage language) {
        List<SchemaText> texts = new ArrayList<>();
        read("schema", answer, language, texts, new HashSet<>());
        return texts;
    }

    OutageException outage(String path, String what) {
        return outage(URI.create(address + path), what);
    }

    /** What a schema refers to comes before it, each once. */
    private void read(String name, JsonNode answer, SchemaLanguage language, List<SchemaText> texts, Set<String> read) {
        String type = answer.path("schemaType").asText(SchemaLanguage.AVRO.name());
        if (!type.equals(language.name())) {
            throw new RejectedException(
                    "schema of another type",
                    "expected a schema of %s, found one of %s".formatted(language.said(), type));
        }
        for (JsonNode reference : answer.path("references")) {
            String version = "/subjects/%s/versions/%d"
                    .formatted(
                            encoded(reference.path("subject").asText()),
                            reference.path("version").asInt());
            if (!read.add(version)) {
                continue;
            }
            if (read.size() > MOST_REFERENCES) {
                throw new RejectedException(
                        "schema with many references",
                        "a schema refers to more than %d others".formatted(MOST_REFERENCES));
            }
            read(reference.path("name").asText(), get(version), language, texts, read);
        }
        texts.add(new SchemaText(name, answer.path("schema").asText()));
    }

    private JsonNode get(String path) {
        URI uri = URI.create(address + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        CompletableFuture<HttpResponse<Void>> asked = client.sendAsync(
                request.build(),
                HttpResponse.BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(bytes -> {
                    if (text.size() + bytes.length > LARGEST_ANSWER) {
                        throw new IllegalStateException("its answer has more than %d bytes".formatted(LARGEST_ANSWER));
                    }
                    text.writeBytes(bytes);
                })));
        try {
            // The time of a request is over when its answer begins; this one, when it has ended.
            int status = asked.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            if (status != 200) {
                throw outage(uri, "answers with " + status + " " + said(text.toByteArray()));
            }
            JsonNode answer = JSON.readTree(text.toByteArray());
            if (!answer.path("schema").isTextual()) {
                throw outage(uri, "answers without a schema");
            }
            return answer;
        } catch (InterruptedException e) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
            throw outage(uri, "is not waited for, as the process stops");
        } catch (TimeoutException e) {
            asked.cancel(true);
            throw outage(uri, "does not answer within " + ANSWER.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw outage(uri, "does not answer: " + e.getCause());
        } catch (IOException e) {
            throw outage(uri, "answers with what is no JSON");
        }
    }

    private static OutageException outage(URI uri, String what) {
        return new OutageException(
                "schema registry",
                ("The schema registry %s: %s. The message comes again until it has the schema; register it there, or correct"
                                + " the option registry of the step.")
                        .formatted(uri, what));
    }

    private static String encoded(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String said(byte[] text) {
        String said = new String(text, 0, Math.min(text.length, LONGEST_SAID), StandardCharsets.UTF_8);
        return said.replaceAll("\\p{Cntrl}", " ").strip();
    }
}

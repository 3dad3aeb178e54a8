package dev.headgate.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.failure.OutageException;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry with the interface of Confluent's, and the Avro payloads whose schemas it has.
 *
 * <p>A schema never changes under its id: it is asked for once, and kept, the latest thousand of them. Whatever keeps the
 * registry from answering with a schema, also that it does not know the id, is an outage: it may know it later. An id whose
 * schema is no Avro, or broken, refuses its message. Thread-safe.
 */
final class SchemaRegistry implements Decoder {

    private static final int MOST_KEPT = 1000;
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
    private final Map<Integer, AvroShape> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75F, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, AvroShape> eldest) {
            return size() > MOST_KEPT;
        }
    });

    private SchemaRegistry(URI address, @Nullable String authorization) {
        this.address = address;
        this.authorization = authorization;
    }

    /**
     * @param user null if it asks for none
     * @throws IllegalArgumentException if it is no address of HTTP
     */
    static SchemaRegistry of(String address, @Nullable String user, @Nullable String password) {
        URI uri = URI.create(address.replaceFirst("/+$", ""));
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "Expected option registry without a user and a password, which would be seen"
                            + " wherever the route is: set camel.component.decode.registry-user and registry-password");
        }
        if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
            throw new IllegalArgumentException(
                    "Expected option registry to be an address such as http://registry:8081, found \"" + address
                            + "\"");
        }
        String credentials = user + ":" + (password == null ? "" : password);
        return new SchemaRegistry(
                uri,
                user == null
                        ? null
                        : "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public byte[] json(byte[] payload, MessageLimit limit) {
        int id = WireFormat.id(payload);
        AvroShape shape = known.get(id);
        if (shape == null) {
            shape = ask(id);
            known.put(id, shape);
        }
        return shape.json(new AvroInput(payload, WireFormat.LENGTH), limit);
    }

    private AvroShape ask(int id) {
        JsonNode answer = get("/schemas/ids/" + id);
        try {
            return AvroShape.of(parse(answer, AvroShape.parser(), new HashSet<>()));
        } catch (AvroRuntimeException e) {
            throw new RejectedException(
                    "broken schema", "the schema with the id %d is broken: %s".formatted(id, e.getMessage()));
        }
    }

    /** What a schema refers to comes before it, each once. */
    private Schema parse(JsonNode answer, Schema.Parser parser, Set<String> read) {
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new RejectedException("schema of another type", "expected a schema of Avro, found one of " + type);
        }
        for (JsonNode reference : answer.path("references")) {
            String version = "/subjects/%s/versions/%d"
                    .formatted(
                            URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8)
                                    .replace("+", "%20"),
                            reference.path("version").asInt());
            if (!read.add(version)) {
                continue;
            }
            if (read.size() > MOST_REFERENCES) {
                throw new RejectedException(
                        "schema with many references",
                        "a schema refers to more than %d others".formatted(MOST_REFERENCES));
            }
            parse(get(version), parser, read);
        }
        return AvroShape.parse(parser, answer.path("schema").asText());
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
                                + " the option registry of decode:.")
                        .formatted(uri, what));
    }

    private static String said(byte[] text) {
        String said = new String(text, 0, Math.min(text.length, LONGEST_SAID), StandardCharsets.UTF_8);
        return said.replaceAll("\\p{Cntrl}", " ").strip();
    }
}

package dev.headgate.devservices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

class DevS3IT {

    @TempDir
    Path directory;

    @Test
    void objects_survive_a_restart() {
        try (DevS3 s3 = DevS3.start(directory.resolve("s3"));
                S3Client client = s3.client()) {
            s3.createBucket("orders");
            s3.createBucket("orders");
            client.putObject(
                    request ->
                            request.bucket("orders").key("dt=2026-01-01/a.gz").contentType("application/gzip"),
                    RequestBody.fromString("one"));

            s3.stop();
            assertThatThrownBy(client::listBuckets).hasMessageContaining("Unable to execute HTTP request");
            s3.restart();

            assertThat(client.getObjectAsBytes(
                            request -> request.bucket("orders").key("dt=2026-01-01/a.gz")))
                    .satisfies(object -> assertThat(object.asUtf8String()).isEqualTo("one"))
                    .satisfies(object ->
                            assertThat(object.response().contentType()).isEqualTo("application/gzip"));
            assertThat(client.listObjectsV2(request -> request.bucket("orders").prefix("dt="))
                            .contents())
                    .singleElement()
                    .satisfies(object -> assertThat(object.key()).isEqualTo("dt=2026-01-01/a.gz"));
        }
    }

    @Test
    void a_conditional_put_keeps_what_is_there() {
        try (DevS3 s3 = DevS3.start(directory);
                S3Client client = s3.client()) {
            s3.createBucket("orders");
            client.putObject(
                    request -> request.bucket("orders").key("a").ifNoneMatch("*"), RequestBody.fromString("1"));

            assertThatThrownBy(() -> client.putObject(
                            request -> request.bucket("orders").key("a").ifNoneMatch("*"), RequestBody.fromString("2")))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        }
    }

    @Test
    void a_request_without_its_key_is_refused() throws Exception {
        try (DevS3 s3 = DevS3.start(directory)) {
            s3.createBucket("orders");
            HttpRequest request = HttpRequest.newBuilder(URI.create(s3.endpoint() + "/orders"))
                    .build();

            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(403);
        }
    }
}

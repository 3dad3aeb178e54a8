package dev.headgate.devservices;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An S3-compatible server inside this JVM, on loopback; it refuses requests that are not signed with its key.
 *
 * <p>Objects are files below the directory, which is created if it is missing and never deleted. Thread-safe; starting and
 * stopping exclude each other.
 */
public final class DevS3 implements AutoCloseable {
    private static final String ACCESS_KEY = "headgate";
    private static final String SECRET_KEY = "headgate-secret";
    private static final Region REGION = Region.EU_CENTRAL_1;

    private final Path directory;
    private final int port;
    private @Nullable S3Proxy server;

    private DevS3(Path directory, int port) {
        // Of a relative one the server would list nothing.
        this.directory = directory.toAbsolutePath();
        this.port = port;
    }

    /** Starts on a free port; returns when it serves requests. */
    public static DevS3 start(Path directory) {
        var s3 = new DevS3(directory, FreePort.find());
        s3.restart();
        return s3;
    }

    /** Starts again on the same directory and port, stopping first if it runs. */
    public synchronized void restart() {
        stop();
        try {
            Files.createDirectories(directory);
            var started = S3Proxy.builder()
                    .endpoint(URI.create(endpoint()))
                    .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                    .blobStore(new FilesystemNio2BlobStore(directory.toString()))
                    .ignoreUnknownHeaders(true)
                    .build();
            server = started;
            started.start();
        } catch (IOException failure) {
            throw new UncheckedIOException("S3 directory " + directory + " cannot be written", failure);
        } catch (Exception failure) {
            throw new IllegalStateException("Embedded S3 did not start on port " + port, failure);
        }
    }

    /** Breaks all connections; what was stored stays. Does nothing if it is stopped. */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        try {
            server.stop();
        } catch (Exception failure) {
            throw new IllegalStateException("Embedded S3 on port " + port + " did not stop", failure);
        } finally {
            server = null;
        }
    }

    /** Creates a bucket; does nothing if it exists. */
    public void createBucket(String name) {
        try (S3Client client = client()) {
            if (client.listBuckets().buckets().stream()
                    .noneMatch(bucket -> bucket.name().equals(name))) {
                client.createBucket(request -> request.bucket(name));
            }
        }
    }

    /** A client of this server, for the caller to close; valid across restarts. */
    public S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create(endpoint()))
                .region(REGION)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .build();
    }

    /** What Camel's S3 component needs to use this server. */
    public Map<String, String> properties() {
        String component = "camel.component.aws2-s3.";
        return Map.of(
                component + "override-endpoint",
                "true",
                component + "uri-endpoint-override",
                endpoint(),
                component + "force-path-style",
                "true",
                component + "region",
                REGION.id(),
                component + "access-key",
                ACCESS_KEY,
                component + "secret-key",
                SECRET_KEY);
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        stop();
    }
}

package dev.headgate.s3;

import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.camel.component.aws2.s3.AWS2S3Endpoint;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** One bucket, through the client that Camel's S3 component makes of its properties. */
final class S3Bucket {

    private final S3Client client;
    private final String name;

    /** @param endpoint started */
    S3Bucket(AWS2S3Endpoint endpoint) {
        this.client = endpoint.getS3Client();
        this.name = endpoint.getConfiguration().getBucketName();
    }

    String name() {
        return name;
    }

    /** Hands over all objects whose keys begin with the prefix, page after page. */
    void forEachPage(String prefix, Consumer<List<S3Object>> consumer) {
        client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix))
                .forEach(page -> consumer.accept(page.contents()));
    }

    /** The same one after the other, a page in memory. */
    Iterator<S3Object> objects(String prefix) {
        return client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix))
                .contents()
                .iterator();
    }

    /** How large an object is; null if there is none. */
    @Nullable
    Long bytes(String key) {
        try {
            return client.headObject(request -> request.bucket(name).key(key)).contentLength();
        } catch (NoSuchKeyException e) {
            return null;
        }
    }

    void delete(String key) {
        client.deleteObject(request -> request.bucket(name).key(key));
    }
}

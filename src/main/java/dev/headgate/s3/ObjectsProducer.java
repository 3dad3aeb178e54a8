package dev.headgate.s3;

import dev.headgate.batch.Batch;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * Renders the objects of a batch, one for each partition of the layout; then puts each and inserts its row in the manifest,
 * all in the transaction that claimed the messages. A batch without fresh messages becomes none.
 *
 * <p>Each attempt of a batch has keys of its own, so that none can be taken for another's; what an attempt put that does
 * not commit is an orphan. Thread-safe. The message of the exchange is not changed.
 */
final class ObjectsProducer extends DefaultProducer {

    /** In one transaction, which is open until the last of them is put. */
    private static final int MOST_OBJECTS = 100;

    private final ObjectsEndpoint endpoint;
    private final ManifestTable manifest;
    private final Layout layout;
    private final ObjectFormat format;
    private final MessageTime time;
    /** Those of the layout, and that of the time, if it has one. */
    private final List<FieldPath> fields;

    private final int layoutFields;
    private final Producer s3;
    private final String bucket;

    private record Timed(Message message, Instant time) {}

    private record Rendered(StoredObject object, Spill spill) {}

    /** @param time what the layout's times are those of */
    ObjectsProducer(
            ObjectsEndpoint endpoint, ManifestTable manifest, Layout layout, ObjectFormat format, MessageTime time)
            throws Exception {
        super(endpoint);
        this.endpoint = endpoint;
        this.manifest = manifest;
        this.layout = layout;
        this.format = format;
        this.time = time;
        this.layoutFields = layout.fields().size();
        this.fields = new ArrayList<>(layout.fields());
        fields.addAll(time.fields());
        this.s3 = endpoint.s3().createProducer();
        this.bucket = endpoint.s3().getConfiguration().getBucketName();
    }

    /**
     * Writes a settled batch.
     *
     * @throws RejectedException if a message is not one JSON value, has no time, or does not fit
     *     the format; also if the messages are of more partitions than one transaction puts: then the batch is written in
     *     parts, as any batch is that is refused as a whole
     * @throws dev.headgate.failure.RetryException if an object has been given up as an orphan meanwhile
     */
    @Override
    public void process(Exchange exchange) throws Exception {
        if (!(exchange.getMessage().getBody() instanceof Batch batch)) {
            throw new IllegalStateException(
                    "objects: takes a batch: it must be a step of the route that consumes from batch:");
        }
        PendingObjects pending = PendingObjects.join();
        for (Rendered rendered : render(batch, pending)) {
            put(rendered);
            manifest.insert(rendered.object);
        }
        pending.complete();
    }

    /** Messages are in order of arrival. */
    private List<Rendered> render(Batch batch, PendingObjects pending) {
        UUID batchId = UUID.randomUUID();
        Map<String, List<Timed>> partitions = new LinkedHashMap<>();
        for (Message message : batch.freshMessages()) {
            List<@Nullable String> values = Arrays.asList(Ndjson.check(message.payload(), fields));
            Instant at = time.of(message, fields.size() == layoutFields ? null : values.get(layoutFields));
            partitions
                    .computeIfAbsent(layout.key(message.pipeline(), at, batchId, values), key -> new ArrayList<>())
                    .add(new Timed(message, at));
        }
        if (partitions.size() > MOST_OBJECTS) {
            throw new RejectedException(
                    "too many objects",
                    "expected at most %d objects of one batch, found %d: it is written in parts"
                            .formatted(MOST_OBJECTS, partitions.size()));
        }
        List<Rendered> objects = new ArrayList<>(partitions.size());
        partitions.forEach((key, messages) -> {
            Spill spill = pending.spill(endpoint.getConfiguration().getSpillBytes());
            write(messages, spill);
            objects.add(new Rendered(object(key, batchId, messages, spill.size()), spill));
        });
        return objects;
    }

    private void write(List<Timed> messages, Spill spill) {
        try {
            format.write(messages.stream().map(timed -> timed.message.payload()).toList(), spill);
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary file of an object cannot be written", e);
        }
    }

    private StoredObject object(String key, UUID batchId, List<Timed> messages, long bytes) {
        Collection<Instant> times = messages.stream().map(Timed::time).toList();
        return new StoredObject(
                bucket,
                key,
                messages.get(0).message.pipeline(),
                batchId,
                format.extension(),
                messages.size(),
                bytes,
                times.stream().min(Instant::compareTo).orElseThrow(),
                times.stream().max(Instant::compareTo).orElseThrow());
    }

    private void put(Rendered rendered) throws Exception {
        Exchange put = endpoint.s3().createExchange();
        org.apache.camel.Message message = put.getMessage();
        message.setBody(rendered.spill.content());
        message.setHeader(AWS2S3Constants.KEY, rendered.object.key());
        message.setHeader(AWS2S3Constants.CONTENT_TYPE, format.contentType());
        message.setHeader(AWS2S3Constants.CONTENT_LENGTH, rendered.object.bytes());
        s3.process(put);
        if (put.getException() != null) {
            throw put.getException();
        }
        if (!rendered.object.key().equals(message.getHeader(AWS2S3Constants.PRODUCED_KEY))) {
            throw new IllegalStateException("The object " + rendered.object.key() + " was not put:"
                    + " camel.component.aws2-s3.* must leave it to put each object under its key, at once");
        }
    }

    @Override
    protected void doStart() throws Exception {
        ServiceHelper.startService(s3);
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        ServiceHelper.stopService(s3);
    }
}

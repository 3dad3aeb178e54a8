package dev.headgate.s3;

import dev.headgate.batch.Batch;
import dev.headgate.message.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.support.DefaultMessage;

/**
 * The bean {@code objects} of a batch route: {@link #render} makes the objects of a batch, a split puts each with Camel's
 * S3 component, and {@link #enter} inserts its row in the manifest. All in the transaction that claimed the messages.
 *
 * <p>Each attempt of a batch has keys of its own, so that none can be taken for another's; what an attempt put that does
 * not commit is an orphan. Thread-safe.
 */
public final class ObjectSink {

    /** The header that carries an object from the rendering to the manifest. */
    private static final String OBJECT = "HeadgateObject";

    private final Layout layout;
    private final ObjectFormat format;
    private final MessageTime time;
    private final int mostInMemory;
    private final ManifestTable manifest;

    private record Timed(Message message, Instant time) {}

    private record Rendered(StoredObject object, PendingObjects pending) {}

    /**
     * @param time what the layout's times are those of
     * @param mostInMemory larger objects are rendered into a temporary file
     */
    public ObjectSink(DataSource dataSource, Layout layout, ObjectFormat format, MessageTime time, int mostInMemory) {
        this.layout = layout;
        this.format = format;
        this.time = time;
        this.mostInMemory = mostInMemory;
        this.manifest = new ManifestTable(dataSource);
    }

    /**
     * The objects of a settled batch, one for each partition of the layout, to be split and put; none if no message is
     * fresh. Messages are in order of arrival.
     *
     * @throws dev.headgate.failure.RejectedException if a message is not one JSON value, has no time, or does not fit
     *     the format
     */
    public List<org.apache.camel.Message> render(Batch batch, Exchange exchange) {
        PendingObjects pending = PendingObjects.join();
        UUID batchId = UUID.randomUUID();
        Map<String, List<Timed>> partitions = new LinkedHashMap<>();
        for (Message message : batch.freshMessages()) {
            Instant at = time.of(message);
            partitions
                    .computeIfAbsent(layout.key(message.pipeline(), at, batchId), key -> new ArrayList<>())
                    .add(new Timed(message, at));
        }
        List<org.apache.camel.Message> objects = new ArrayList<>(partitions.size());
        partitions.forEach((key, messages) -> {
            Spill spill = pending.spill(mostInMemory);
            write(messages, spill);
            pending.rendered();
            Rendered rendered = new Rendered(object(key, batchId, messages, spill.size()), pending);
            objects.add(message(rendered, spill, exchange));
        });
        return objects;
    }

    /**
     * Inserts the row of an object that was just put.
     *
     * @throws dev.headgate.failure.RetryException if the object has been given up as an orphan meanwhile
     */
    public void enter(Exchange exchange) {
        org.apache.camel.Message message = exchange.getMessage();
        Rendered rendered = message.getHeader(OBJECT, Rendered.class);
        String bucket = message.getHeader(AWS2S3Constants.PRODUCED_BUCKET_NAME, String.class);
        String key = message.getHeader(AWS2S3Constants.PRODUCED_KEY, String.class);
        if (rendered == null || bucket == null || !rendered.object.key().equals(key)) {
            throw new IllegalStateException("What is entered in the manifest was not put: the step before must be"
                    + " \"to: aws2-s3:BUCKET\", without a key of its own");
        }
        rendered.pending.enter();
        manifest.insert(rendered.object.in(bucket));
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
                "",
                key,
                messages.get(0).message.pipeline(),
                batchId,
                format.extension(),
                messages.size(),
                bytes,
                times.stream().min(Instant::compareTo).orElseThrow(),
                times.stream().max(Instant::compareTo).orElseThrow());
    }

    private org.apache.camel.Message message(Rendered rendered, Spill spill, Exchange exchange) {
        org.apache.camel.Message message = new DefaultMessage(exchange);
        message.setBody(spill.content());
        message.setHeader(OBJECT, rendered);
        message.setHeader(AWS2S3Constants.KEY, rendered.object.key());
        message.setHeader(AWS2S3Constants.CONTENT_TYPE, format.contentType());
        message.setHeader(AWS2S3Constants.CONTENT_LENGTH, spill.size());
        return message;
    }
}

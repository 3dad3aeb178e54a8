package dev.headgate.decode;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.failure.OutageException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;

/**
 * Counts what messages become larger by as in flight, until they are written. A source pauses between its polls only, and
 * one poll of compressed messages may be a thousand times as large when they are not: a message that finds all room taken
 * waits here, and then is delivered again. So of each thread one message may be too many.
 *
 * @param limit null where nothing is counted
 * @param longest how long one message waits
 */
record Growth(@Nullable InflightLimit limit, Duration longest) {

    /** @throws OutageException if there is no room within that time */
    void awaitRoom() {
        if (limit != null && isFull() && !limit.await(() -> !isFull(), longest)) {
            throw new OutageException(
                    "no room in flight",
                    ("%,d bytes are in flight, of at most %,d (headgate.inflight.max-bytes): they are not written, or not as"
                                    + " fast as they are read. The message comes again.")
                            .formatted(limit.bytes(), limit.maxBytes()));
        }
    }

    void count(Exchange exchange, int by) {
        if (limit != null && by > 0) {
            SourceInflight source = limit.source(String.valueOf(exchange.getFromRouteId()));
            source.grow(by);
            exchange.getExchangeExtension().addOnCompletion(new Grown(source, by));
        }
    }

    private boolean isFull() {
        return limit != null && limit.bytes() >= limit.maxBytes();
    }

    private record Grown(SourceInflight source, int by) implements Synchronization {

        @Override
        public void onComplete(Exchange exchange) {
            source.shrink(by);
        }

        @Override
        public void onFailure(Exchange exchange) {
            source.shrink(by);
        }
    }
}

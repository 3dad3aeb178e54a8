package dev.headgate.app;

import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.outbox.OutboxComponent;
import java.time.Duration;

/** After each commit lets the relays look for entries at once instead of at their next poll. */
record WakeRelays(OutboxComponent outbox) implements BatchListener {

    @Override
    public void written(Batch batch, Duration took) {
        outbox.wake();
    }
}

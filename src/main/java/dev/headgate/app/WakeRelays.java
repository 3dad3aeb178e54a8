package dev.headgate.app;

import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.job.JobComponent;
import dev.headgate.outbox.OutboxComponent;
import java.time.Duration;

/** After each commit lets relays look for entries, and queues for jobs, at once instead of at their next poll. */
record WakeRelays(OutboxComponent outbox, JobComponent job) implements BatchListener {

    @Override
    public void written(Batch batch, Duration took) {
        outbox.wake();
        job.wake();
    }
}

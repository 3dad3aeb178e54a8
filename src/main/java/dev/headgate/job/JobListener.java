package dev.headgate.job;

import java.time.Duration;

/**
 * Hears what becomes of the jobs of this process; the seam for meters. All beans of this type in the Camel registry are
 * called, from several threads, so an implementation must be thread-safe and quick. What it throws is logged and otherwise
 * ignored.
 */
public interface JobListener {

    /**
     * A handler begins an attempt.
     *
     * @param lag since the job was due
     */
    default void started(String queue, Duration lag) {}

    /**
     * An attempt has failed, and is made again later or not: called after that has committed, before {@link #ended}. Not
     * called for an attempt that had lost its lease, nor for a job that was cancelled meanwhile.
     *
     * @param cause a {@link java.util.concurrent.TimeoutException} if it took too long
     */
    default void failed(String queue, Throwable cause) {}

    /**
     * An attempt has ended: called after that has committed. Not called for an attempt that had lost its lease.
     *
     * @param state what the job is now: completed, retryable, scheduled (snoozed), cancelled or discarded
     * @param took in the handler
     */
    default void ended(String queue, JobState state, Duration took) {}

    /**
     * A job of a process that died was rescued by this one: called after that has committed.
     *
     * @param state of it now
     */
    default void rescued(String queue, JobState state) {}
}

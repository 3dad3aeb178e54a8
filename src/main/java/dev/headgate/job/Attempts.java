package dev.headgate.job;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The attempts of one queue that this process has begun and not ended, whichever of its routes makes them. Finds those that
 * it has begun without knowing: where the session breaks between the commit of a claim and its answer, jobs are executing
 * under a lease that is renewed, and nobody executes them. Thread-safe.
 */
final class Attempts {

    /** A look costs one statement by the index on leases. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final String queue;
    /** By identity: what one route has just ended, another one may have begun again. Its own lock. */
    private final Set<Job> known = Collections.newSetFromMap(new IdentityHashMap<>());

    private long lookedNanos = System.nanoTime();

    Attempts(String queue) {
        this.queue = queue;
    }

    /**
     * Begins attempts of the first available jobs, or takes over those that were begun without knowing. One at a time for
     * all routes of the queue, as a claim that is on its way is not known either.
     */
    synchronized List<Job> claim(JobTable table, int atMost, int maxAttempts, long lease) {
        List<Job> jobs = List.of();
        if (System.nanoTime() - lookedNanos >= BETWEEN_LOOKS.toNanos()) {
            jobs = table.begun(queue, lease, knownIds());
            lookedNanos = System.nanoTime();
        }
        if (jobs.isEmpty()) {
            jobs = table.claim(queue, atMost, maxAttempts, lease);
        }
        synchronized (known) {
            known.addAll(jobs);
        }
        return jobs;
    }

    private List<Long> knownIds() {
        synchronized (known) {
            return known.stream().map(Job::id).toList();
        }
    }

    /** Its end is in the table, or its lease is lost. */
    void ended(Job job) {
        synchronized (known) {
            known.remove(job);
        }
    }
}

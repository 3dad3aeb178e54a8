package dev.headgate.batch;

import dev.headgate.failure.Failure;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * What was tried with one message that is refused alone: the experiment that tells whether it is to blame. Each refusal is a
 * sample; what was written between the first and the latest one shows that the sink itself was well.
 *
 * <p>A state of the database that lies in data needs two refusals. Any other needs at least three, over a second or more:
 * it could be a fault of the sink's that is just beginning, ending, or coming and going. Only an attempt changes what is
 * thought of the message, never the time that passes: who waits for it does so to the end of a pass, for otherwise a later
 * message of its key could be free where an earlier one was not. Not thread-safe.
 */
final class Trial {

    private static final int ATTEMPTS = 3;
    private static final Duration LASTS = Duration.ofSeconds(1);

    private final Message message;
    private final LongSupplier nanoTime;
    private final long firstNanos;
    private final long passedBefore;
    private final boolean certain;
    private Failure failure;
    private int attempts;
    private long passed;
    private long lastNanos;
    private boolean overtaken;
    private boolean compared;

    /**
     * Begins an experiment.
     *
     * @param certain whether who refused it said that it is the message's fault
     * @param passed how many messages had passed when it, or an earlier one of its key, was refused first
     * @param nanoTime as of {@link System#nanoTime}
     */
    Trial(Message message, Failure failure, boolean certain, long passed, LongSupplier nanoTime) {
        this.message = message;
        this.failure = failure;
        this.certain = certain;
        this.passedBefore = passed;
        this.nanoTime = nanoTime;
        this.firstNanos = nanoTime.getAsLong();
        this.lastNanos = firstNanos;
    }

    /** It was refused once more, when so many messages had passed. */
    void refused(Failure again, long passedNow) {
        failure = again;
        attempts++;
        passed = passedNow - passedBefore;
        lastNanos = nanoTime.getAsLong();
    }

    /**
     * So many others were written before it in the transaction in which it was refused. Where the state is one of data, that
     * weighs as much as a second refusal: the transaction keeps the tables that it has written to from being altered.
     */
    void compared(long others) {
        compared = others > 0 && isData();
        passed = compared ? others : passed;
    }

    /** A later message of its key is written: it must never be written itself. */
    void overtaken() {
        overtaken = true;
    }

    /** Whether it arrived before the other one. */
    boolean isBefore(Message other) {
        return message.arrivedNanos() < other.arrivedNanos();
    }

    boolean isOvertaken() {
        return overtaken;
    }

    boolean isCertain() {
        return certain;
    }

    /** Whether it is known that it is not written, so that later messages of its key need not wait for the verdict. */
    boolean isSettled() {
        return certain || overtaken;
    }

    String reason() {
        return failure.reason();
    }

    String error() {
        return failure.error();
    }

    /**
     * Whether the later messages of its key wait for the verdict: they do unless it is most likely the message's fault. When
     * it was refused as often as it takes, they are tried: where none but its key has messages, only they can tell.
     */
    boolean holdsBack() {
        return !isRepeated() && !isData();
    }

    /** Whether it failed often enough, over enough time, to be the message's fault, given that others passed. */
    boolean isRepeated() {
        return certain
                || (isData()
                        ? attempts > 1 || compared
                        : attempts >= ATTEMPTS && lastNanos - firstNanos >= LASTS.toNanos());
    }

    /** Whether others passed between its first refusal and the latest one, or its later ones did. */
    boolean hasEvidence() {
        return certain || overtaken || passed > 0;
    }

    /** Whether the state says that data is at fault, the message's or what the sink expects of it. */
    boolean isData() {
        return failure instanceof Failure.Rejected;
    }

    /** Whether something passed since it was tried the last time. */
    boolean isNews(long passedNow) {
        return passedNow - passedBefore > passed;
    }

    /** In nanoseconds, since the first refusal. */
    long age() {
        return nanoTime.getAsLong() - firstNanos;
    }

    /** The verdict, with the evidence. */
    Rejection rejection(String stage) {
        if (certain) {
            return Rejection.of(stage, failure, attempts);
        }
        String times = attempts == 1 ? "once" : attempts + " times";
        String evidence = String.format(
                Locale.ROOT,
                " (refused %s in %.1f s, while %d other messages passed)",
                times,
                (lastNanos - firstNanos) / 1e9,
                passed);
        return new Rejection(stage, failure.reason(), failure.error(), attempts).with(evidence);
    }
}

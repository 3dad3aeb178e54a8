package dev.headgate.batch;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The body of a batch route's exchange: messages of one lane in order of arrival, one attempt to write them.
 *
 * <p>When the first step of the route sees it, its keys are claimed: {@code ${body.fresh}} are the messages to apply. Used
 * by the lane's thread only.
 */
public final class Batch {

    /** Why a batch was closed. */
    public enum Closed {
        COUNT,
        BYTES,
        AGE,
        FLUSH
    }

    private final String name;
    private final List<Message> messages;
    private final Closed closed;
    private final BatchPolicy policy;
    private @Nullable List<Message> fresh;
    private @Nullable String freshJson;
    private @Nullable Runnable beforeSteps;

    Batch(String name, List<Message> messages, Closed closed, BatchPolicy policy) {
        this.name = name;
        this.messages = List.copyOf(messages);
        this.closed = closed;
        this.policy = policy;
    }

    /** The name in {@code batch:name}. */
    public String name() {
        return name;
    }

    public Closed closed() {
        return closed;
    }

    /** What the endpoint of its route wants done with refused messages. */
    BatchPolicy policy() {
        return policy;
    }

    /** All messages, in order of arrival. */
    public List<Message> messages() {
        return messages;
    }

    /** The messages that become dead letters. */
    public List<Message> rejected() {
        return messages.stream().filter(this::isRejected).toList();
    }

    /** Whether the message becomes a dead letter. */
    public boolean isRejected(Message message) {
        return message.rejection() != null || (policy.refusesConflicts() && message.conflict() != null);
    }

    /** The messages whose key was used before with other content, once the batch is claimed. */
    public List<Message> conflicts() {
        return messages.stream().filter(message -> message.conflict() != null).toList();
    }

    /** Says what is to be done in each attempt after its route has begun, before its first step. */
    void beforeSteps(Runnable action) {
        beforeSteps = action;
    }

    /** @throws RuntimeException what keeps the steps from beginning */
    void stepsBegin() {
        Runnable action = beforeSteps;
        if (action != null) {
            beforeSteps = null;
            action.run();
        }
    }

    /** Whether there was nothing to do before the steps, or it is done. */
    boolean haveStepsBegun() {
        return beforeSteps == null;
    }

    /** Says which messages are to be applied now; rejected ones never are. Asked once for each, in order. */
    void claimed(Predicate<Message> isFresh) {
        List<Message> answer = new ArrayList<>(messages.size());
        for (Message message : messages) {
            if (message.rejection() == null && isFresh.test(message)) {
                answer.add(message);
            }
        }
        fresh = answer;
        freshJson = null;
    }

    /** The messages to apply, in order of arrival. */
    public List<Message> freshMessages() {
        if (fresh == null) {
            throw new IllegalStateException(this + " is not claimed yet");
        }
        return fresh;
    }

    /** Whether its messages were sent to their source again; no other is in such a batch. */
    boolean isSentAgain() {
        return messages.get(0).isSentAgain();
    }

    /** How many messages were neither fresh nor rejected. */
    public int duplicates() {
        return messages.size() - freshMessages().size() - rejected().size();
    }

    /**
     * {@code ${body.fresh}}: the payloads to apply as the text of one JSON array, in order of arrival.
     *
     * @throws RejectedException if one of them is not what fits into an array as one element
     */
    public String getFresh() {
        if (freshJson == null) {
            freshJson = JsonArrays.payloads(freshMessages());
        }
        return freshJson;
    }

    /** {@code ${body.freshHeaders}}: their headers as one JSON array of objects, index by index with {@link #getFresh}. */
    public String getFreshHeaders() {
        return JsonArrays.headers(freshMessages());
    }

    /**
     * {@code ${body.header('name')}}: one header of each as one JSON array of texts, null where it is missing, index by index
     * with {@link #getFresh}. Costs less than {@link #getFreshHeaders}, here and in the database.
     */
    public String header(String name) {
        return JsonArrays.header(freshMessages(), name);
    }

    /**
     * {@code ${body.traces}}: the headers that continue the traces of their messages ({@code traceparent}, {@code
     * tracestate}), for the outbox, as one JSON array of objects, index by index with {@link #getFresh}; empty if none of
     * them has a trace.
     */
    public String getTraces() {
        return JsonArrays.traces(freshMessages());
    }

    /** {@code ${body.size}}: all messages, fresh or not. */
    public int getSize() {
        return messages.size();
    }

    @Override
    public String toString() {
        return "batch:" + name + "[" + messages.size() + "]";
    }
}

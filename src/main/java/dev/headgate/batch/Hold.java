package dev.headgate.batch;

import dev.headgate.failure.Listeners;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which lanes of one batch cannot write, and why at present; tells the listeners of the first one, of each change, and when
 * there is none any more. Thread-safe.
 */
final class Hold {

    private record Reason(Set<String> pipelines, String why, boolean pauses) {}

    private final String name;
    private final Listeners<BatchListener> listeners;
    private final InstantSource clock;
    /** The lane that spoke last is the last one. */
    private final Map<Lane, Reason> lanes = new LinkedHashMap<>();

    private @Nullable Held held;

    Hold(String name, Listeners<BatchListener> listeners, InstantSource clock) {
        this.name = name;
        this.listeners = listeners;
        this.clock = clock;
    }

    synchronized void hold(Lane lane, Set<String> pipelines, String why, boolean pauses) {
        lanes.remove(lane);
        lanes.put(lane, new Reason(pipelines, why, pauses));
        tell(held == null ? clock.instant() : held.since());
    }

    /** The lane has written its batch, all of it. */
    void release(Lane lane) {
        end(lane, listener -> listener.released(name));
    }

    /** The lane has stopped, and not written its batch. */
    void abandon(Lane lane) {
        end(lane, listener -> listener.abandoned(name));
    }

    private synchronized void end(Lane lane, Consumer<BatchListener> told) {
        if (lanes.remove(lane) == null) {
            return;
        }
        if (held != null && !lanes.isEmpty()) {
            tell(held.since());
        } else {
            held = null;
            listeners.tell(told);
        }
    }

    /** As the lane says that spoke last; null while no lane is held. */
    synchronized @Nullable Held held() {
        return held;
    }

    private void tell(Instant since) {
        Set<String> pipelines = new TreeSet<>();
        String why = "";
        boolean pauses = false;
        for (Reason reason : lanes.values()) {
            pipelines.addAll(reason.pipelines);
            why = reason.why;
            pauses |= reason.pauses;
        }
        Held now = new Held(name, pipelines, why, since, pauses);
        if (!now.equals(held)) {
            held = now;
            listeners.tell(listener -> listener.holding(now));
        }
    }
}

package dev.headgate.batch;

import dev.headgate.failure.Listeners;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which lanes of one batch cannot write; tells the listeners of the first one and when there is none any more. Thread-safe. */
final class Hold {

    /** @param why of the lane that spoke last, one line */
    record State(String why, Instant since) {}

    private final String name;
    private final Listeners<BatchListener> listeners;
    private final InstantSource clock;
    private final Set<Lane> lanes = new HashSet<>();
    private @Nullable State state;

    Hold(String name, Listeners<BatchListener> listeners, InstantSource clock) {
        this.name = name;
        this.listeners = listeners;
        this.clock = clock;
    }

    synchronized void hold(Lane lane, Set<String> pipelines, String why) {
        boolean first = lanes.isEmpty();
        lanes.add(lane);
        state = new State(why, state == null ? clock.instant() : state.since);
        if (first) {
            listeners.tell(listener -> listener.holding(name, pipelines, why));
        }
    }

    /** The lane writes again, or has stopped. */
    synchronized void release(Lane lane) {
        if (lanes.remove(lane) && lanes.isEmpty()) {
            state = null;
            listeners.tell(listener -> listener.released(name));
        }
    }

    /** Null while no lane is held. */
    synchronized @Nullable State state() {
        return state;
    }
}

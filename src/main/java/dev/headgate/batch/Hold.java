package dev.headgate.batch;

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
    private final BatchListener listener;
    private final InstantSource clock;
    private final Set<Lane> lanes = new HashSet<>();
    private @Nullable State state;

    Hold(String name, BatchListener listener, InstantSource clock) {
        this.name = name;
        this.listener = listener;
        this.clock = clock;
    }

    synchronized void hold(Lane lane, Set<String> pipelines, String why) {
        boolean first = lanes.isEmpty();
        lanes.add(lane);
        state = new State(why, state == null ? clock.instant() : state.since);
        if (first) {
            listener.holding(name, pipelines, why);
        }
    }

    /** The lane writes again, or has stopped. */
    synchronized void release(Lane lane) {
        if (lanes.remove(lane) && lanes.isEmpty()) {
            state = null;
            listener.released(name);
        }
    }

    /** Null while no lane is held. */
    synchronized @Nullable State state() {
        return state;
    }
}

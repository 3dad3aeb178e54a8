package dev.headgate.batch;

import dev.headgate.failure.Listeners;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which lanes of one batch cannot write; tells the listeners of the first one and when there is none any more. Thread-safe. */
final class Hold {

    private final String name;
    private final Listeners<BatchListener> listeners;
    private final InstantSource clock;
    private final Set<Lane> lanes = new HashSet<>();
    private @Nullable Held held;

    Hold(String name, Listeners<BatchListener> listeners, InstantSource clock) {
        this.name = name;
        this.listeners = listeners;
        this.clock = clock;
    }

    /** Listeners hear of the first lane, and when what was a matter of refusals becomes an outage, or the other way round. */
    synchronized void hold(Lane lane, Set<String> pipelines, String why, boolean pauses) {
        Held before = held;
        lanes.add(lane);
        Held now = new Held(name, pipelines, why, before == null ? clock.instant() : before.since(), pauses);
        held = now;
        if (before == null || before.pauses() != pauses) {
            listeners.tell(listener -> listener.holding(now));
        }
    }

    /** The lane writes again, or has stopped. */
    synchronized void release(Lane lane) {
        if (lanes.remove(lane) && lanes.isEmpty()) {
            held = null;
            listeners.tell(listener -> listener.released(name));
        }
    }

    /** As the lane says that spoke last; null while no lane is held. */
    synchronized @Nullable Held held() {
        return held;
    }
}

package dev.headgate.manage.meters;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Bounds the values of a label: the first so many stay, later ones become {@code other}. Thread-safe. */
final class Reasons {

    static final int MOST = 30;
    static final String OTHER = "other";

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    String bounded(String reason) {
        if (known.contains(reason)) {
            return reason;
        }
        synchronized (known) {
            return known.contains(reason) || (known.size() < MOST && known.add(reason)) ? reason : OTHER;
        }
    }
}

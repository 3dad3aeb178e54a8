package dev.headgate.manage;

import java.util.List;

/**
 * What a reload of the routes has done.
 *
 * @param started ids of routes that run by what their files are now
 * @param stopped ids of routes that are in no file any more
 * @param refused why nothing was replaced, with file, line and remedy; the old routes run on, unless they are down
 * @param restart what has changed and takes a restart
 * @param down whether the new routes did not start, nor the old ones again
 */
public record ReloadOutcome(
        List<String> started, List<String> stopped, List<String> refused, List<String> restart, boolean down) {

    /** Of a reload after which routes run, the new ones or the old ones. */
    public ReloadOutcome(List<String> started, List<String> stopped, List<String> refused, List<String> restart) {
        this(started, stopped, refused, restart, false);
    }

    /** Nothing was replaced; the old routes run on. */
    public static ReloadOutcome refused(List<String> why) {
        return new ReloadOutcome(List.of(), List.of(), why, List.of());
    }

    /** Neither the new routes run nor the old ones. */
    public static ReloadOutcome down(String why) {
        return new ReloadOutcome(List.of(), List.of(), List.of(why), List.of(), true);
    }
}

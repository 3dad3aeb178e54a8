package dev.headgate.manage;

import java.util.List;

/**
 * What a reload of the routes has done.
 *
 * @param started ids of routes that run by what their files are now
 * @param stopped ids of routes that are in no file any more
 * @param refused why nothing was replaced, with file, line and remedy; the old routes run on
 * @param restart what has changed and takes a restart
 */
public record ReloadOutcome(List<String> started, List<String> stopped, List<String> refused, List<String> restart) {

    public static ReloadOutcome refused(List<String> why) {
        return new ReloadOutcome(List.of(), List.of(), why, List.of());
    }
}

package dev.headgate.manage.status;

import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.ObjectiveState;
import dev.headgate.manage.slo.Window;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of one pipeline. A number that is not known is NaN.
 *
 * @param source null if no route has this name any more
 * @param waiting messages in the source
 * @param unreadable messages behind an open transaction in Kafka
 * @param late messages that have not ended and are older than fresh ones may be
 * @param oldestSeconds the age of the oldest in a batch
 * @param missing messages that Kafka's broker had deleted before they were read, at most, since the start
 * @param maxRate messages a second that its throttle lets pass
 * @param queue null unless the source is a queue of SQS
 */
record PipelineStatus(
        String name,
        String state,
        List<PauseReason> pauses,
        Topology.@Nullable Place source,
        List<Stage> stages,
        InflightState inflight,
        double waiting,
        double unreadable,
        double late,
        double oldestSeconds,
        double missing,
        double maxRate,
        @Nullable QueueState queue,
        Quantiles freshness,
        OutcomeCounts outcomes,
        List<BatchState> batches,
        List<ObjectiveRatios> objectives,
        History.Charts history) {

    /**
     * Why the source pauses.
     *
     * @param batch the one that cannot write, and why, if it is an outage
     */
    record PauseReason(
            String reason,
            @Nullable String batch,
            Instant since,
            @Nullable String why) {}

    record Stage(
            String name,
            double messages,
            double perSecond,
            double p50Seconds,
            double p99Seconds,
            double errorsPerMinute) {}

    record InflightState(double messages, double limitMessages, double bytes, double limitBytes) {}

    record QueueState(double visible, double inFlight, double delayed, double oldestReceivedSeconds) {}

    record Quantiles(double p50Seconds, double p99Seconds) {}

    record OutcomeCounts(double applied, double duplicate, double deadLetter, double conflict) {}

    record BatchState(
            String name,
            Collection<Topology.Place> targets,
            double waiting,
            double sizeLimit,
            double lanes,
            double lanesAllowed,
            double lanesWriting,
            double maxRejected) {}

    record ObjectiveRatios(Objective name, ObjectiveState state, Map<Window, Double> errorRatio) {}
}

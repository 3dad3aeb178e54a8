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
 * @param queue null unless the source is a queue of SQS
 */
record PipelineStatus(
        String name,
        String state,
        List<Pause> pauses,
        Topology.@Nullable Place source,
        List<Stage> stages,
        Inflight inflight,
        double waiting,
        @Nullable Queue queue,
        Freshness freshness,
        Outcomes outcomes,
        List<Batch> batches,
        List<Kept> objectives,
        History.Charts history) {

    /**
     * Why the source pauses.
     *
     * @param batch the one that cannot write, and why, if it is an outage
     */
    record Pause(String reason, @Nullable String batch, Instant since, @Nullable String why) {}

    record Stage(
            String name,
            double messages,
            double perSecond,
            double p50Seconds,
            double p99Seconds,
            double errorsPerMinute) {}

    record Inflight(double messages, double limitMessages, double bytes, double limitBytes) {}

    record Queue(double visible, double inFlight, double delayed, double oldestReceivedSeconds) {}

    record Freshness(double p50Seconds, double p99Seconds) {}

    record Outcomes(double applied, double duplicate, double deadLetter) {}

    record Batch(
            String name,
            Collection<Topology.Place> targets,
            double waiting,
            double sizeLimit,
            double lanes,
            double lanesAllowed,
            double lanesWriting) {}

    record Kept(Objective name, ObjectiveState state, Map<Window, Double> errorRatio) {}
}

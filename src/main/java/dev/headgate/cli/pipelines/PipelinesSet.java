package dev.headgate.cli.pipelines;

import dev.headgate.HeadgateException;
import dev.headgate.cli.command.RunningProcess;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code headgate pipelines set}. */
@CommandLine.Command(
        name = "set",
        description = "Change what can be changed while a pipeline runs; it lasts until its route or the process ends.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PipelinesSet extends ProcessCommand {

    @Parameters(paramLabel = "PIPELINE", description = "The route that consumes its source.")
    private String name;

    @Option(names = "--max-rate", paramLabel = "N", description = "Messages a second that its throttle lets pass.")
    private @Nullable Double maxRate;

    @Option(
            names = "--max-rejected",
            paramLabel = "SHARE",
            description = "maxRejected of its batches, from 0 to 1, from the next attempt to write on.")
    private @Nullable Double maxRejected;

    @Option(
            names = "--max-inflight-messages",
            paramLabel = "N",
            description = "Messages in flight from which on it waits.")
    private @Nullable Long maxMessages;

    @Option(names = "--max-inflight-bytes", paramLabel = "N", description = "Likewise, bytes.")
    private @Nullable Long maxBytes;

    @Override
    void checkUsage() {
        if (Stream.of(maxRate, maxRejected, maxMessages, maxBytes).allMatch(value -> value == null)) {
            throw wrong("Nothing to set: name one of --max-rate, --max-rejected, --max-inflight-messages,"
                    + " --max-inflight-bytes");
        }
        if (maxRate != null && !(maxRate > 0)) {
            throw wrong("--max-rate must be above 0, found " + maxRate + ": to take none, use pipelines pause");
        }
        if (maxRejected != null && !(maxRejected >= 0 && maxRejected <= 1)) {
            throw wrong("--max-rejected must be from 0 to 1, found " + maxRejected);
        }
        if ((maxMessages != null && maxMessages < 1) || (maxBytes != null && maxBytes < 1)) {
            throw wrong("--max-inflight-messages and --max-inflight-bytes must be above 0");
        }
    }

    @Override
    int run(RunningProcess process) {
        PipelineInfo pipeline = pipeline(process, name);
        if (maxRate != null && pipeline.maxRate() == null) {
            throw new HeadgateException(
                    "The pipeline %s has no throttle whose rate could be set: give its route the step".formatted(name)
                            + " `throttle: { constant: \"{{%s.max-rate}}\" }`.".formatted(name));
        }
        if (maxRejected != null && pipeline.batches().isEmpty()) {
            throw new HeadgateException("The pipeline %s has no batch, and so no --max-rejected.".formatted(name));
        }
        set(process, "Pipeline-" + name, "MaxRate", maxRate);
        set(process, "Inflight-" + name, "MaxMessages", maxMessages);
        set(process, "Inflight-" + name, "MaxBytes", maxBytes);
        for (PipelineInfo.Batch batch : pipeline.batches()) {
            set(process, "batch:" + batch.name(), "MaxRejected", maxRejected);
        }
        PipelineInfo now = pipeline(process, name);
        print(asJson() ? JSON.pretty(now) : now.details());
        return 0;
    }

    private static void set(RunningProcess process, String service, String attribute, @Nullable Object value) {
        if (value != null) {
            process.write(service, attribute, value);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec().commandLine(), message);
    }
}

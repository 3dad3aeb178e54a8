package dev.headgate.cli.jobs;

import dev.headgate.HeadgateException;
import dev.headgate.cli.command.AgeConverter;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.database.DatabaseClock;
import dev.headgate.job.JobOptions;
import dev.headgate.job.Jobs;
import dev.headgate.job.NewJob;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code headgate jobs enqueue}. */
@CommandLine.Command(name = "enqueue", description = "Enqueue a job.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class JobsEnqueue extends DatabaseCommand {

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    private String queue;

    @Parameters(index = "1", arity = "0..1", paramLabel = "PAYLOAD", description = "Its payload, as text.")
    private @Nullable String payload;

    @Option(names = "--file", paramLabel = "FILE", description = "A file with its payload.")
    private @Nullable Path file;

    @Option(names = "--header", paramLabel = "NAME=TEXT", description = "A header of its own; may be repeated.")
    private Map<String, String> headers = Map.of();

    @Option(
            names = "--delay",
            paramLabel = "DURATION",
            converter = AgeConverter.class,
            description = "In how long it is due, such as 30m (default: now).")
    private @Nullable Duration delay;

    @Option(
            names = "--priority",
            paramLabel = "N",
            defaultValue = "0",
            description = "From 0, which comes first, to 9 (default: ${DEFAULT-VALUE}).")
    private int priority;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    protected void checkUsage() {
        if (queue.isBlank()) {
            throw new ParameterException(spec().commandLine(), "QUEUE must not be blank");
        }
        if (priority < 0 || priority > 9) {
            throw new ParameterException(spec().commandLine(), "--priority must be from 0 to 9, found " + priority);
        }
        if (payload != null && file != null) {
            throw new ParameterException(spec().commandLine(), "Give a payload or --file, not both");
        }
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        InstantSource clock = new DatabaseClock(dataSource);
        JobOptions options = new JobOptions(
                queue, priority, delay == null ? null : clock.instant().plus(delay), null, null);
        NewJob job = new NewJob(bytes(), headers, null);
        long id = new Jobs(dataSource, clock, name -> {})
                .enqueue(options, List.of(job))
                .get(0);
        out().print(json ? JobJson.JSON.line(Map.of("id", id)) : "Enqueued job " + id + ".\n");
        out().flush();
        return 0;
    }

    private byte @Nullable [] bytes() {
        if (file == null) {
            return payload == null ? null : payload.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new HeadgateException(
                    "The file " + file + " cannot be read (" + e.getMessage() + "): correct --file.", e);
        }
    }
}

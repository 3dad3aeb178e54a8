package dev.headgate.cli.objects;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.headgate.app.SendingContext;
import dev.headgate.cli.command.AgeConverter;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.Progress;
import dev.headgate.s3.Layout;
import dev.headgate.s3.ObjectsConfiguration;
import dev.headgate.s3.Sweep;
import dev.headgate.s3.Sweep.Orphan;
import dev.headgate.settings.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code headgate objects sweep}. */
@CommandLine.Command(
        name = "sweep",
        description = "Remove objects that are not in the manifest: what attempts put that did not commit.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ObjectsSweep extends DatabaseCommand {

    @Option(names = "--bucket", paramLabel = "BUCKET", required = true, description = "The bucket.")
    private String bucket;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            defaultValue = ObjectsConfiguration.LAYOUT,
            description = "The layout of its keys, as the route has it (default: ${DEFAULT-VALUE}).")
    private String layout;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            required = true,
            converter = AgeConverter.class,
            description = "Only those put longer ago than this, such as 30m or 2d.")
    private Duration olderThan;

    @Option(names = "--dry-run", description = "Only tell what would be removed.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** What was found, and a line about it now and then. */
    private final class Found implements Sweep.Listener {

        private final Progress progress = new Progress(ObjectsSweep.this::say, "Looked at", -1);
        private final List<Orphan> orphans = new ArrayList<>();

        @Override
        public void looked(String name, long objects) {
            progress.reached(objects);
        }

        @Override
        public void orphan(Orphan orphan) {
            orphans.add(orphan);
        }
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        Found found = new Found();
        try (SendingContext sending = SendingContext.start(settings)) {
            new Sweep(dataSource, InstantSource.system())
                    .run(sending.camelContext(), bucket, new Layout(layout), olderThan, dryRun, found);
        }
        out().print(json ? json(found) : text(found));
        out().flush();
        return 0;
    }

    private String text(Found found) {
        StringBuilder text = new StringBuilder();
        if (dryRun) {
            found.orphans.forEach(orphan -> text.append(orphan.key()).append('\n'));
        }
        int count = found.orphans.size();
        return text.append(dryRun ? "Would remove " : "Removed ")
                .append(count)
                .append(count == 1 ? " orphan" : " orphans")
                .append(" (")
                .append(bytes(found))
                .append(" bytes) of ")
                .append(found.progress.count())
                .append(" objects in the bucket ")
                .append(bucket)
                .append(".\n")
                .toString();
    }

    private String json(Found found) {
        List<String> keys = found.orphans.stream().map(Orphan::key).toList();
        return new JsonText()
                .pretty(new Swept(
                        bucket,
                        dryRun,
                        found.progress.count(),
                        keys.size(),
                        bytes(found),
                        dryRun ? keys : null,
                        dryRun ? null : keys));
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Swept(
            String bucket,
            boolean dryRun,
            long objects,
            int orphans,
            long bytes,
            @Nullable List<String> wouldRemove,
            @Nullable List<String> removed) {}

    private static long bytes(Found found) {
        return found.orphans.stream().mapToLong(Orphan::bytes).sum();
    }
}

package dev.headgate.cli.objects;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.headgate.cli.command.AgeConverter;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.TextTable;
import dev.headgate.s3.Manifest;
import dev.headgate.s3.Manifest.Entry;
import dev.headgate.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate objects list}. */
@CommandLine.Command(name = "list", description = "List the objects of the manifest, the newest first.")
final class ObjectsList extends DatabaseCommand {

    private static final JsonText JSON = new JsonText(Entry.class, Names.class);

    @Option(names = "--pipeline", paramLabel = "NAME", description = "Only those of this pipeline.")
    private @Nullable String pipeline;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            converter = AgeConverter.class,
            description = "Only those entered longer ago than this, such as 30m or 2d.")
    private @Nullable Duration olderThan;

    @Option(
            names = "--newer-than",
            paramLabel = "DURATION",
            converter = AgeConverter.class,
            description = "Only those entered less long ago than this.")
    private @Nullable Duration newerThan;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "Most lines (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    protected void checkUsage() {
        if (limit < 1) {
            throw new ParameterException(spec().commandLine(), "--limit must be 1 or more, found " + limit);
        }
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        List<Entry> entries = new Manifest(dataSource).find(pipeline, olderThan, newerThan, limit);
        if (entries.isEmpty() && !json) {
            say("No objects match.");
        } else {
            out().print(json ? JSON.pretty(entries) : table(entries));
            out().flush();
        }
        if (entries.size() == limit) {
            say("Only the newest " + limit + "; --limit shows more.");
        }
        return 0;
    }

    private static String table(List<Entry> entries) {
        return new TextTable<Entry>()
                .column("MESSAGES", 10, Entry::messages)
                .column("BYTES", 12, Entry::bytes)
                .column("ENTERED", 16, Entry::createdAt)
                .column("OBJECT", 1100, entry -> "s3://" + entry.bucket() + "/" + entry.key())
                .text(entries);
    }

    interface Names {
        @JsonProperty("entered")
        Instant createdAt();
    }
}

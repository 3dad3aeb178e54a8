package dev.headgate.cli.objects;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.headgate.cli.command.AgeConverter;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.TextTable;
import dev.headgate.cli.deadletters.DeadLetterText;
import dev.headgate.s3.Manifest;
import dev.headgate.s3.Manifest.Entry;
import dev.headgate.settings.Settings;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate objects list}. */
@CommandLine.Command(name = "list", description = "List the objects of the manifest, the newest first.")
final class ObjectsList extends DatabaseCommand {

    private static final ObjectMapper JSON = new ObjectMapper();

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
            out().print(json ? array(entries) : table(entries));
            out().flush();
        }
        if (entries.size() == limit) {
            say("Only the newest " + limit + "; --limit shows more.");
        }
        return 0;
    }

    private static String table(List<Entry> entries) {
        TextTable table = new TextTable(List.of("MESSAGES", "BYTES", "ENTERED", "OBJECT"), List.of(10, 12, 20, 1100));
        entries.forEach(entry -> table.add(
                Integer.toString(entry.messages()),
                Long.toString(entry.bytes()),
                DeadLetterText.time(entry.createdAt()),
                "s3://" + entry.bucket() + "/" + entry.key()));
        return table.toString();
    }

    private static String array(List<Entry> entries) {
        ArrayNode array = JSON.createArrayNode();
        entries.forEach(entry -> array.addObject()
                .put("id", entry.id())
                .put("bucket", entry.bucket())
                .put("key", entry.key())
                .put("pipeline", entry.pipeline())
                .put("batchId", entry.batchId().toString())
                .put("format", entry.format())
                .put("messages", entry.messages())
                .put("bytes", entry.bytes())
                .put("earliest", entry.earliest().toString())
                .put("latest", entry.latest().toString())
                .put("entered", entry.createdAt().toString()));
        return array.toPrettyString() + "\n";
    }
}

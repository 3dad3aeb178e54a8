package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.Selection;
import dev.headgate.settings.Settings;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code headgate dead-letters discard}. */
@CommandLine.Command(
        name = "discard",
        description = "Discard dead letters: they stay until their retention has passed, but cannot be replayed.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeadLettersDiscard extends DatabaseCommand {

    @Parameters(paramLabel = "ID", description = "The ids of dead letters.")
    private List<Long> ids = List.of();

    @Mixin
    private DeadLetterTarget target;

    @Option(names = "--why", paramLabel = "TEXT", required = true, description = "The reason, kept with each.")
    private String why;

    @Override
    protected void checkUsage() {
        if (why.isBlank()) {
            throw new ParameterException(spec().commandLine(), "--why must say something");
        }
        target.selection(ids);
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        DeadLetterTable table = new DeadLetterTable(dataSource);
        Selection selection = target.dead(table, ids, "discarded");
        int discarded = table.discard(selection, why);
        if (discarded == 0) {
            say("No dead letters match; nothing was discarded.");
        } else {
            out().println("Discarded " + DeadLetterText.count(discarded) + ".");
            out().flush();
        }
        return 0;
    }
}

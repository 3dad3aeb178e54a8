package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.deadletters.DeadLetterFilter.StateOption;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.ReasonCount;
import dev.headgate.deadletter.Selection;
import dev.headgate.settings.Settings;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate dead-letters list}. */
@CommandLine.Command(name = "list", description = "List dead letters, the newest first, or count them by reason.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeadLettersList extends DatabaseCommand {

    @Mixin
    private DeadLetterFilter filter;

    @Option(
            names = "--state",
            defaultValue = "dead",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private StateOption state;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "Most lines (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--reasons", description = "Count them by pipeline and reason instead.")
    private boolean reasons;

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
        DeadLetterTable table = new DeadLetterTable(dataSource);
        Selection selection = filter.selection(List.of()).in(state.state);
        if (reasons) {
            List<ReasonCount> counts = table.reasons(selection);
            print(counts.isEmpty(), json ? DeadLetterJson.JSON.pretty(counts) : DeadLetterText.reasons(counts));
        } else {
            List<DeadLetter> letters = table.find(selection, limit);
            print(letters.isEmpty(), json ? DeadLetterJson.JSON.pretty(letters) : DeadLetterText.list(letters));
            if (letters.size() == limit) {
                say("Only the newest " + limit + "; --limit shows more.");
            }
        }
        return 0;
    }

    private void print(boolean empty, String text) {
        if (empty && !json) {
            say("No dead letters match.");
        } else {
            out().print(text);
            out().flush();
        }
    }
}

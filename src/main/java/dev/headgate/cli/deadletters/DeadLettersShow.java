package dev.headgate.cli.deadletters;

import dev.headgate.HeadgateException;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.Selection;
import dev.headgate.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headgate dead-letters show}. */
@CommandLine.Command(name = "show", description = "Show all of one dead letter, its payload too.")
final class DeadLettersShow extends DatabaseCommand {

    @Parameters(paramLabel = "ID", description = "The id of the dead letter.")
    private long id;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        List<String> texts = new ArrayList<>();
        new DeadLetterTable(dataSource)
                .read(
                        new Selection(List.of(id), null, null, null, null, null, null),
                        (letter, payload) -> texts.add(
                                json
                                        ? DeadLetterJson.JSON.pretty(new DeadLetterJson.Whole(letter, payload))
                                        : DeadLetterText.show(letter, payload)));
        if (texts.isEmpty()) {
            throw new HeadgateException("There is no dead letter " + id + ": `headgate dead-letters list` names them.");
        }
        texts.forEach(out()::print);
        out().flush();
        return 0;
    }
}

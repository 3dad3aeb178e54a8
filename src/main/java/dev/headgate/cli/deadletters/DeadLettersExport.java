package dev.headgate.cli.deadletters;

import dev.headgate.HeadgateException;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.Failures;
import dev.headgate.cli.command.PrivateFile;
import dev.headgate.cli.command.Progress;
import dev.headgate.cli.deadletters.DeadLetterFilter.StateOption;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.Selection;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headgate dead-letters export}. */
@CommandLine.Command(
        name = "export",
        description = "Write dead letters to a file, one JSON object a line, with headers and payload.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeadLettersExport extends DatabaseCommand {

    private static final CopyOption[] REPLACE = {StandardCopyOption.REPLACE_EXISTING};

    @Parameters(index = "0", paramLabel = "FILE", description = "The file to write.")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "ID", description = "The ids of dead letters.")
    private List<Long> ids = List.of();

    @Mixin
    private DeadLetterTarget target;

    @Option(
            names = "--state",
            defaultValue = "dead",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private StateOption state;

    @Option(names = "--overwrite", description = "Replace the file if it exists.")
    private boolean overwrite;

    @Override
    protected void checkUsage() {
        target.selection(ids);
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) throws IOException {
        Selection selection = target.selection(ids).in(state.state);
        Progress progress = new Progress(this::say, "Exported", -1);
        // The file is there when it is whole.
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            if (!overwrite && Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            try (Writer writer = Files.newBufferedWriter(PrivateFile.create(part))) {
                new DeadLetterTable(dataSource).read(selection, (letter, payload) -> {
                    write(writer, DeadLetterJson.JSON.line(new DeadLetterJson.Whole(letter, payload)));
                    progress.oneMore();
                });
            }
            Files.move(part, file, overwrite ? REPLACE : new CopyOption[0]);
        } catch (FileAlreadyExistsException e) {
            throw new HeadgateException(file + " exists: name another file, or add --overwrite.", e);
        } catch (UncheckedIOException | IOException e) {
            throw new HeadgateException(file + " cannot be written (" + Failures.innermost(e) + ").", e);
        } finally {
            Files.deleteIfExists(part);
        }
        out().println("Exported " + DeadLetterText.count(progress.count()) + " to " + file + ".");
        out().flush();
        return 0;
    }

    private static void write(Writer writer, String line) {
        try {
            writer.write(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

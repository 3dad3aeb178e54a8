package dev.headgate.cli.command;

import dev.headgate.HeadgateException;
import dev.headgate.database.Database;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.jdbc.BadSqlGrammarException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What commands about tables share: the settings and a database that answers. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public abstract class DatabaseCommand implements Command {

    @Mixin
    private SettingsOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() throws IOException {
        checkUsage();
        Settings settings = options.load();
        Database.check(settings);
        try (Database database = open(settings)) {
            return run(settings, database.dataSource());
        } catch (BadSqlGrammarException e) {
            throw new HeadgateException(
                    "The database has not the tables of this version (%s): start `headgate run` once, or apply `headgate schema`."
                            .formatted(Failures.innermost(e)),
                    e);
        }
    }

    /** Refuses wrong usage, before anything is connected to. */
    protected void checkUsage() {}

    /** The connections that {@link #run} gets. */
    protected Database open(Settings settings) {
        return new Database(settings);
    }

    protected abstract int run(Settings settings, DataSource dataSource) throws IOException;

    protected final CommandSpec spec() {
        return spec;
    }

    /** The folder of the routes. */
    protected final Path routes() {
        return options.routes();
    }

    /** The writer of results. */
    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Writes a line that is no result. */
    protected final void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}

package dev.headgate.cli.command;

import dev.headgate.settings.Settings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --routes} and {@code --config}, for commands that need the settings but run no routes; a picocli mixin. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SettingsOptions {

    @Mixin
    private RoutesOption routes;

    @Option(names = "--config", paramLabel = "FILE", description = "Properties that override those of the routes.")
    private @Nullable Path config;

    /** The folder of the routes. */
    public Path routes() {
        return routes.folder();
    }

    /** Reads the settings that {@code headgate run} would have. */
    public Settings load() {
        return Settings.load(routes.folder(), config, System.getenv());
    }
}

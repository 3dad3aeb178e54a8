package dev.headgate.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --routes}, for every command that runs routes; a picocli mixin. */
public final class RoutesOption {

    @Option(
            names = "--routes",
            paramLabel = "DIR",
            description = "Folder of the routes, their SQL and application.properties (default: routes).")
    private @Nullable Path routes;

    /**
     * The folder given; else {@code routes} in the working directory; else, if that is absent, the one beside the
     * launcher script. It need not exist.
     */
    public Path folder() {
        if (routes != null) {
            return routes;
        }
        Path here = Path.of("routes");
        String home = System.getProperty("headgate.home");
        return Files.isDirectory(here) || home == null ? here : Path.of(home, "routes");
    }
}

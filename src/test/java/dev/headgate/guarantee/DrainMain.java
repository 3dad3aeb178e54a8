package dev.headgate.guarantee;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Runs the shipped routes until its standard input ends, then says how much was in flight at most. */
final class DrainMain {

    static final String HIGHEST = "Highest inflight: ";

    private DrainMain() {}

    public static void main(String... arguments) throws IOException {
        Settings settings = Settings.load(Pipeline.ROUTES, Path.of(arguments[0]), Map.of());
        try (Headgate headgate = Headgate.start(settings, Pipeline.ROUTES)) {
            System.in.transferTo(System.out);
            InflightLimit limit =
                    headgate.camelContext().getRegistry().lookupByNameAndType("inflightLimit", InflightLimit.class);
            System.out.println(HIGHEST + limit.highestMessages());
        }
    }
}

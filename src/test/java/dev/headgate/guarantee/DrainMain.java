package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Runs routes of one folder until its standard input ends, then says how much was in flight at most. */
final class DrainMain {

    private static final String HIGHEST = "Highest inflight: ";

    private DrainMain() {}

    public static void main(String... arguments) throws IOException {
        Path routes = Path.of(arguments[0]);
        Settings settings = Settings.load(routes, Path.of(arguments[1]), Map.of());
        try (Headgate headgate = Headgate.start(settings, routes)) {
            System.in.transferTo(System.out);
            InflightLimit limit =
                    headgate.camelContext().getRegistry().lookupByNameAndType("inflightLimit", InflightLimit.class);
            System.out.println(HIGHEST + limit.highestMessages());
        }
    }

    /** Starts one in a process of its own, with a heap of 512 MB. */
    static ChildProcess start(Pipeline pipeline, Path routes, Map<String, String> properties) {
        return ChildProcess.start(DrainMain.class, pipeline, properties, routes.toString());
    }

    /** Ends it; returns how many messages were in flight at most. */
    static long finish(ChildProcess child) {
        assertThat(child.finish(Duration.ofSeconds(60))).as(child::output).isZero();
        assertThat(child.output()).doesNotContain("OutOfMemoryError");
        return Long.parseLong(child.output().replaceFirst("(?s).*" + HIGHEST + "(\\d+).*", "$1"));
    }
}

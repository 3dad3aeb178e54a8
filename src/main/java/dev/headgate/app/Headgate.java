package dev.headgate.app;

import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** The running application. */
public final class Headgate implements AutoCloseable {

    private final Main main;

    private Headgate(Main main) {
        this.main = main;
    }

    /** Returns when all routes run; on failure, nothing runs. */
    public static Headgate start(Settings settings, Path routes) {
        Path folder = routes.toAbsolutePath().normalize();
        Properties properties = settings.asProperties();
        properties.setProperty("headgate.routes", folder.toString());
        properties.setProperty("camel.main.routesIncludePattern", "file:" + folder + "/*.camel.yaml");
        Main main = new Main();
        main.setOverrideProperties(properties);
        // The default one adds a shutdown hook, also after disableHangupSupport().
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        try {
            main.start();
        } catch (RuntimeException e) {
            main.stop();
            throw e;
        }
        return new Headgate(main);
    }

    public CamelContext camelContext() {
        return main.getCamelContext();
    }

    /** Stops gracefully: returns when what was in flight is done, or the shutdown timeout has passed. */
    @Override
    public void close() {
        main.stop();
    }
}

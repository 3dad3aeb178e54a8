package dev.headgate.app;

import dev.headgate.HeadgateException;
import dev.headgate.deadletter.ConsumedSources;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;

/** Reads which sources routes consume. */
public final class RouteSources {

    private RouteSources() {}

    /**
     * The sources of the routes in a folder, of which none is started.
     *
     * @throws HeadgateException if a file of the folder cannot be read as routes
     */
    public static ConsumedSources of(Settings settings, Path routes) {
        Path folder = routes.toAbsolutePath().normalize();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setLocation("");
            context.getPropertiesComponent().setOverrideProperties(settings.asProperties());
            context.getPropertiesComponent()
                    .addOverrideProperty(RouteFiles.PLACEHOLDER, RouteFiles.placeholder(folder));
            context.init();
            PluginHelper.getRoutesLoader(context).loadRoutes(RouteFiles.resources(folder));
            return new ConsumedSources(context.getRouteDefinitions().stream()
                    .map(route ->
                            context.resolvePropertyPlaceholders(route.getInput().getEndpointUri()))
                    .toList());
        } catch (Exception e) {
            throw new HeadgateException(
                    "The routes in " + folder + ", whose sources dead letters may be sent to, cannot be read ("
                            + e.getMessage() + "): correct them, or name the folder with --routes.",
                    e);
        }
    }
}

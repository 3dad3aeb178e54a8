package dev.headgate.app;

import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import dev.headgate.check.RouteYaml;
import dev.headgate.ResourcePath;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceSupport;

/**
 * The route files of a folder: its {@code *.camel.yaml}, whatever the folder is called. Camel's patterns and URIs would read
 * the signs in its name as their own.
 */
public final class RouteFiles {

    /** The placeholder for the folder in routes. */
    static final String PLACEHOLDER = "headgate.routes";

    private static final String SUFFIX = ".camel.yaml";

    private RouteFiles() {}

    /**
     * Looks through the folder before anything starts.
     *
     * @throws ConfigurationException if there is no route file, or {@link #findings} has some
     */
    public static void check(Path folder) {
        Finding.require(findings(folder));
    }

    /**
     * Files that would be passed over, say something twice, or are no YAML.
     *
     * @throws ConfigurationException if there is no route file
     */
    static List<Finding> findings(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ConfigurationException("The routes folder " + folder
                    + " does not exist: name another with --routes, or run from the folder above it.");
        }
        List<Path> files = files(folder);
        List<Finding> findings = new ArrayList<>();
        files.forEach(file -> passedOver(file).ifPresent(findings::add));
        List<Path> routes = files.stream().filter(RouteFiles::isRoutes).toList();
        if (routes.isEmpty() && findings.isEmpty()) {
            throw new ConfigurationException("The routes folder " + folder + " holds no *" + SUFFIX
                    + ": put a route there, or name another folder with --routes.");
        }
        routes.forEach(file -> findings.addAll(new RouteYaml(file).findings()));
        return findings;
    }

    /** Adds the routes of the folder to a context. */
    static RoutesBuilder builder(Path folder) {
        return new RoutesBuilder() {
            @Override
            public void addRoutesToCamelContext(CamelContext context) throws Exception {
                PluginHelper.getRoutesLoader(context).loadRoutes(resources(folder));
            }

            @Override
            public void addTemplatedRoutesToCamelContext(CamelContext context) {
                // Those of the files are added with their routes.
            }

            @Override
            public Set<String> updateRoutesToCamelContext(CamelContext context) throws Exception {
                return PluginHelper.getRoutesLoader(context).updateRoutes(resources(folder));
            }
        };
    }

    static Collection<Resource> resources(Path folder) {
        return routes(folder).stream().map(RouteFiles::resource).toList();
    }

    static List<Path> routes(Path folder) {
        return files(folder).stream().filter(RouteFiles::isRoutes).toList();
    }

    static Resource resource(Path file) {
        return new FileResource(file);
    }

    /** The value of the placeholder, for {@code file:{{headgate.routes}}/...} in a URI. */
    static String placeholder(Path folder) {
        return ResourcePath.inEndpoint(folder.toString());
    }

    private static Optional<Finding> passedOver(Path file) {
        String name = file.getFileName().toString();
        Optional<String> suffix =
                Stream.of(".camel.yml", ".yml", ".yaml").filter(name::endsWith).findFirst();
        if (isRoutes(file) || suffix.isEmpty()) {
            return Optional.empty();
        }
        if (suffix.get().equals(".camel.yml") || new RouteYaml(file).looksLikeRoutes()) {
            String stem = name.substring(0, name.length() - suffix.get().length());
            return Optional.of(Finding.error(
                    file.toString(),
                    0,
                    0,
                    "the route file would be passed over",
                    "rename it to %s, or move it to another folder.".formatted(stem + SUFFIX)));
        }
        return Optional.empty();
    }

    private static boolean isRoutes(Path file) {
        return file.getFileName().toString().endsWith(SUFFIX);
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new ConfigurationException("The routes folder " + folder + " cannot be read: " + e + ".", e);
        }
    }

    /** Under its name as it is: Camel's own decodes it. */
    private static final class FileResource extends ResourceSupport {

        private final File file;

        FileResource(Path path) {
            super("file", "file:" + path);
            this.file = path.toFile();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }

        @Override
        public URI getURI() {
            return file.toURI();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return Files.newInputStream(file.toPath());
        }
    }
}

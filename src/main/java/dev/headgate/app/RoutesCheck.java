package dev.headgate.app;

import dev.headgate.Finding;
import dev.headgate.batch.BatchEndpoint;
import dev.headgate.batch.RouteCheck;
import dev.headgate.batch.SqlCheck;
import dev.headgate.check.PipelineCheck;
import dev.headgate.database.Database;
import dev.headgate.database.Migrations;
import dev.headgate.message.MessageLimit;
import dev.headgate.settings.ComponentKeys;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.main.Main;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * All that can be said about a folder of routes and its settings without a server, and, if asked for, with its database. It
 * has Camel read the files and the settings as a start does, each file by itself, and starts nothing.
 */
public final class RoutesCheck {

    /** So many times Camel is asked what it says about the settings: it says one thing at a time. */
    private static final int MOST_QUESTIONS = 30;

    private final Path folder;
    private final List<Finding> found = new ArrayList<>();
    private final Map<Path, Exception> refused = new TreeMap<>();

    private RoutesCheck(Path folder) {
        this.folder = folder;
    }

    /**
     * Looks at everything.
     *
     * @param routes the folder
     * @param config properties that override those of the folder, or null
     * @param environment usually {@code System.getenv()}
     * @param database whether the database of the settings is asked, too: for pending migrations, and about the SQL
     * @return in order of files and lines
     * @throws dev.headgate.ConfigurationException if there is no folder, or no route in it, or a file of settings cannot be
     *     read
     * @throws dev.headgate.HeadgateException if the database is to be asked and does not answer
     */
    public static List<Finding> findings(
            Path routes, @Nullable Path config, Map<String, String> environment, boolean database) {
        RoutesCheck check = new RoutesCheck(routes.toAbsolutePath().normalize());
        check.found.addAll(RouteFiles.findings(routes));
        Settings.Checked settings = Settings.check(routes, config, environment);
        check.found.addAll(settings.findings());
        check.look(settings.settings(), database);
        return check.found.stream().distinct().sorted(Finding.BY_PLACE).toList();
    }

    /** As {@link #findings(Path, Path, Map, boolean)}, with settings that are not read from a file now. */
    static List<Finding> findings(Path routes, Settings settings, boolean database) {
        RoutesCheck check = new RoutesCheck(routes.toAbsolutePath().normalize());
        check.found.addAll(RouteFiles.findings(routes));
        check.look(settings, database);
        return check.found.stream().distinct().sorted(Finding.BY_PLACE).toList();
    }

    /**
     * What the routes of a folder need of their surroundings.
     *
     * @param sources of messages that lead to a batch, from Kafka or SQS, with the values of placeholders
     * @param endpoints all that stand in the routes, likewise
     * @param idempotency of the batches, by name: {@code keys} or {@code positions}
     */
    public record Pipeline(List<String> sources, List<String> endpoints, Map<String, String> idempotency) {}

    /** Reads the routes of a folder in which {@link #findings} has found no error. */
    public static Pipeline pipeline(Path routes, Settings settings) {
        RoutesCheck check = new RoutesCheck(routes.toAbsolutePath().normalize());
        Main main = new Main();
        try {
            check.configure(main, settings, Set.of());
            main.init();
            CamelContext context = main.getCamelContext();
            check.read(context);
            List<RouteDefinition> all = context.getCamelContextExtension()
                    .getContextPlugin(Model.class)
                    .getRouteDefinitions();
            List<String> endpoints = new ArrayList<>();
            Map<String, String> idempotency = new TreeMap<>();
            for (RouteDefinition route : all) {
                String input =
                        context.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
                endpoints.add(input);
                if (input.startsWith("batch:")) {
                    BatchEndpoint batch = context.getEndpoint(input, BatchEndpoint.class);
                    idempotency.put(batch.getName(), batch.getConfiguration().getIdempotency());
                }
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), SendDefinition.class)
                        .forEach(step -> endpoints.add(context.resolvePropertyPlaceholders(step.getEndpointUri())));
            }
            return new Pipeline(
                    RouteCheck.sources(context, all).stream()
                            .map(route -> context.resolvePropertyPlaceholders(
                                    route.getInput().getEndpointUri()))
                            .filter(uri -> uri.startsWith("kafka:") || uri.startsWith("aws2-sqs:"))
                            .toList(),
                    endpoints,
                    idempotency);
        } finally {
            main.stop();
        }
    }

    private void look(Settings settings, boolean database) {
        Set<String> left = new HashSet<>();
        for (int question = 0; question < MOST_QUESTIONS; question++) {
            Main main = new Main();
            try {
                configure(main, settings, left);
                main.init();
                read(main.getCamelContext());
                ask(main.getCamelContext(), settings, database);
                return;
            } catch (RuntimeException e) {
                PropertyBindingException property = cause(e, PropertyBindingException.class);
                if (property == null || !refuse(property, settings, left)) {
                    throw e;
                }
            } finally {
                main.stop();
            }
        }
    }

    private void configure(Main main, Settings settings, Set<String> left) {
        Settings quiet = settings.with(
                Map.of("camel.management.enabled", "false", "camel.main.jmx-enabled", "false"), "this check");
        Headgate.configure(main, quiet, folder);
        Properties properties = main.getOverrideProperties();
        left.forEach(properties::remove);
        main.configure().setStartupSummaryLevel(StartupSummaryLevel.Off);
        Headgate.bind(main, quiet, new PGSimpleDataSource(), MessageLimit.NONE);
    }

    private void ask(CamelContext context, Settings settings, boolean database) {
        Properties properties = settings.asProperties();
        found.addAll(PipelineCheck.findings(
                context, properties, Set.copyOf(ComponentKeys.components()), RouteFiles.routes(folder), refused));
        if (database) {
            Database.check(settings);
            List<Finding> pending = new Migrations(settings).pending(folder);
            found.addAll(pending);
            if (pending.isEmpty()) {
                try (Database opened = new Database(settings)) {
                    found.addAll(SqlCheck.faults(
                            context,
                            context.getCamelContextExtension()
                                    .getContextPlugin(Model.class)
                                    .getRouteDefinitions(),
                            opened.dataSource(),
                            settings.getString(SettingKey.DATABASE_USER)));
                }
            }
        }
    }

    /** Says what Camel has said about a property, without its value, and leaves it out from now on. */
    private boolean refuse(PropertyBindingException e, Settings settings, Set<String> left) {
        String name = String.valueOf(e.getOptionPrefix()).replaceFirst("\\.$", "") + "." + e.getOptionKey();
        String plain = plain(name);
        String written = settings.asProperties().stringPropertyNames().stream()
                .filter(key -> plain(key).equals(plain))
                .findFirst()
                .orElse(null);
        if (written == null || !left.add(written)) {
            return false;
        }
        Throwable innermost = e;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        Settings.Place place = settings.place(written).orElse(new Settings.Place("", 0));
        found.add(
                e.getCause() == null
                        ? Finding.error(
                                place.file(),
                                place.line(),
                                0,
                                "Camel knows no property " + written,
                                "check its spelling.")
                        : Finding.error(
                                place.file(),
                                place.line(),
                                0,
                                "the value of %s does not fit (%s)".formatted(written, innermost.getMessage()),
                                "correct it."));
        return true;
    }

    /** The same for all spellings of a key. */
    private static String plain(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (type.isInstance(e)) {
                return type.cast(e);
            }
        }
        return null;
    }

    /** So that a file that is broken does not hide what is in the others. */
    private void read(CamelContext context) {
        for (Path file : RouteFiles.routes(folder)) {
            try {
                PluginHelper.getRoutesLoader(context).loadRoutes(RouteFiles.resource(file));
            } catch (Exception e) {
                refused.put(file, e);
            }
        }
    }
}

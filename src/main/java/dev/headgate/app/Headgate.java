package dev.headgate.app;

import dev.headgate.HeadgateException;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.BatchComponent;
import dev.headgate.database.Database;
import dev.headgate.database.Migrations;
import dev.headgate.database.ServerDiagnosis;
import dev.headgate.database.Transactions;
import dev.headgate.deadletter.Suspects;
import dev.headgate.decode.DecodeComponent;
import dev.headgate.decode.EncodeComponent;
import dev.headgate.job.JobComponent;
import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.KafkaDefaults;
import dev.headgate.ledger.Ledger;
import dev.headgate.log.MaskedLogEvents;
import dev.headgate.manage.Health;
import dev.headgate.manage.HeldPipelines;
import dev.headgate.manage.HoldCheck;
import dev.headgate.manage.ManagedRoutes;
import dev.headgate.manage.ManagementAccess;
import dev.headgate.manage.ManagementServer;
import dev.headgate.manage.Metrics;
import dev.headgate.manage.Sources;
import dev.headgate.manage.TableMbeans;
import dev.headgate.manage.meters.Build;
import dev.headgate.manage.trace.Traces;
import dev.headgate.message.Attempts;
import dev.headgate.message.MessageId;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.OrderedHeaders;
import dev.headgate.outbox.OutboxComponent;
import dev.headgate.s3.ObjectsEndpoint;
import dev.headgate.s3.Sweep;
import dev.headgate.settings.Secrets;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import dev.headgate.source.Acknowledgement;
import dev.headgate.sqs.SqsDefaults;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.sql.SqlComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.spi.ShutdownStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Headgate, running: the routes of a folder against the servers of the settings.
 *
 * <p>In the registry, for routes and tools: {@code ledger}, {@code messageId}, {@code jobs}, {@code dataSource},
 * {@code inflightLimit}, {@code attempts}, and whatever beans the caller adds.
 */
public final class Headgate implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Headgate.class);
    private static final Duration STOP_WHILE_HELD = Duration.ofSeconds(3);
    private static final Duration REMINDER = Duration.ofMinutes(1);

    private final Main main;
    private final Database database;
    private final ServerDiagnosis diagnosis;
    private final HeldPipelines held;
    private final Metrics metrics;
    private final Traces traces;
    private final InflightLimit limit;
    private volatile @Nullable Health health;
    private volatile @Nullable RouteReload reload;
    private volatile @Nullable RouteWatch watch;

    private Headgate(
            Main main,
            Database database,
            ServerDiagnosis diagnosis,
            HeldPipelines held,
            Metrics metrics,
            Traces traces,
            InflightLimit limit) {
        this.main = main;
        this.limit = limit;
        this.database = database;
        this.diagnosis = diagnosis;
        this.held = held;
        this.metrics = metrics;
        this.traces = traces;
    }

    /** Starts as {@link #start(Settings, Path, Map)} does, without more beans. */
    public static Headgate start(Settings settings, Path routes) {
        return start(settings, routes, Map.of());
    }

    /**
     * Migrates the database, then starts the routes; returns when they are started.
     *
     * @param routes the folder with {@code *.camel.yaml}
     * @param beans more beans for the registry, by name, such as a {@code BatchListener}
     */
    public static Headgate start(Settings settings, Path routes, Map<String, Object> beans) {
        MaskedLogEvents.hide(Secrets.of(settings));
        ManagementAccess.of(settings);
        new Migrations(settings).apply(routes);
        return start(settings, routes, beans, new Database(settings));
    }

    /**
     * Starts the routes in a database as it is, without applying migrations.
     *
     * @param database is closed with it
     */
    public static Headgate start(Settings settings, Path routes, Map<String, Object> beans, Database database) {
        Secrets secrets = Secrets.of(settings);
        MaskedLogEvents.hide(secrets);
        ManagementAccess access = ManagementAccess.of(settings);
        Traces traces = new Traces(settings);
        InflightLimit limit = Acknowledgement.limit(settings);
        HeldPipelines held = new HeldPipelines(limit, InstantSource.system(), REMINDER);
        Metrics metrics = new Metrics(settings, limit);
        Main main = new Main();
        ServerDiagnosis diagnosis = new ServerDiagnosis(settings);
        Headgate headgate = new Headgate(main, database, diagnosis, held, metrics, traces, limit);
        try {
            configure(main, settings, routes);
            addRoutes(main, settings, routes);
            main.bind("diagnosis", diagnosis);
            MessageLimit messageLimit = messageLimit(settings);
            bind(main, settings, database.dataSource(), messageLimit);
            AcknowledgingClientFactory clients =
                    bind(main, settings, limit, messageLimit, held, metrics, database.dataSource());
            metrics.bind(main, database, clients, held, secrets, access);
            traces.bind(main);
            Health health = new Health(database.dataSource(), clients, diagnosis);
            headgate.health = health;
            health.bind(main);
            main.configure()
                    .addRoutesBuilder(new ReleaseRoute(
                            database.dataSource(), settings.getInt(SettingKey.DEAD_LETTERS_MAX_REPLAYS)));
            main.configure()
                    .addConfiguration(new TableMbeans(
                            database.dataSource(), settings.getInt(SettingKey.DEAD_LETTERS_MAX_REPLAYS)));
            new ManagementServer(access, secrets, metrics).bind(main);
            beans.forEach(main::bind);
            main.addMainListener(new StartCheck(database.dataSource(), settings.getString(SettingKey.DATABASE_USER)));
            main.start();
            sweep(main.getCamelContext(), settings, database.dataSource());
            headgate.watchable(settings, routes);
            return headgate;
        } catch (RuntimeException | Error e) {
            headgate.closeAfter(e);
            throw e;
        }
    }

    private void watchable(Settings settings, Path routes) {
        RouteReload prepared = new RouteReload(
                camelContext(),
                routes.toAbsolutePath().normalize(),
                settings,
                limit,
                this::stopTimeout,
                () -> sweep(camelContext(), settings, database.dataSource()));
        ManagedRoutes.show(camelContext(), prepared::reload);
        reload = prepared;
    }

    /**
     * From now on, until it is closed, replaces routes when their YAML, or the SQL and schemas that it names, have changed;
     * what is wrong with them is logged, and the old ones run on.
     */
    public void watch() {
        watch = new RouteWatch(Objects.requireNonNull(reload));
    }

    public CamelContext camelContext() {
        return main.getCamelContext();
    }

    /**
     * How long {@link #close} may take at most: {@code camel.main.shutdownTimeout}; while a batch is held three seconds, for
     * what is in flight would not be written however long one waits.
     */
    public Duration stopTimeout() {
        ShutdownStrategy strategy = camelContext().getShutdownStrategy();
        Duration set = Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
        return held.holds().isEmpty() || set.compareTo(STOP_WHILE_HELD) < 0 ? set : STOP_WHILE_HELD;
    }

    /**
     * Stops fetching, writes and acknowledges what is in flight, within {@link #stopTimeout}, commits and stops. What is not
     * written by then is not acknowledged.
     */
    @Override
    public void close() {
        RouteWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        if (!held.holds().isEmpty()) {
            // Sources commit what is acknowledged when the routes are forced to end, before the time is over.
            ShutdownStrategy strategy = camelContext().getShutdownStrategy();
            strategy.setTimeout(stopTimeout().toMillis() * 2 / 3);
            strategy.setTimeUnit(TimeUnit.MILLISECONDS);
        }
        try {
            main.stop();
        } finally {
            Health asking = health;
            if (asking != null) {
                asking.close();
            }
            metrics.close();
            held.close();
            diagnosis.close();
            database.close();
            traces.close();
        }
    }

    /** What fails now says less than the failure to start. */
    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** The routes of the folder, and those that Headgate itself has. */
    private static void addRoutes(Main main, Settings settings, Path routes) {
        main.configure()
                .addRoutesBuilder(RouteFiles.builder(routes.toAbsolutePath().normalize()));
        main.configure()
                .addRoutesBuilder(new PurgeRoutes(
                        settings.getDuration(SettingKey.PURGE_INTERVAL),
                        settings.getDuration(SettingKey.LEDGER_RETENTION),
                        settings.getDuration(SettingKey.OUTBOX_RETENTION),
                        settings.getDuration(SettingKey.DEAD_LETTERS_RETENTION),
                        settings.getDuration(SettingKey.JOBS_RETENTION)));
    }

    static void configure(Main main, Settings settings, Path routes) {
        Path folder = routes.toAbsolutePath().normalize();
        Properties properties = settings.asProperties();
        properties.setProperty(RouteFiles.PLACEHOLDER, RouteFiles.placeholder(folder));
        main.setOverrideProperties(properties);
        main.setDefaultPropertyPlaceholderLocation("false");
        // Camel's default would add a shutdown hook that waits for the one of the command line.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.configure()
                .withName("headgate")
                .withDescription("Headgate %s, commit %s".formatted(Build.version(), Build.commit()))
                .withRoutesIncludePattern("false")
                // What is refused at the start is named with its line.
                .withSourceLocationEnabled(true)
                // Kafka's headers are case-sensitive too, and a hash map costs a message less than a tree.
                .withCaseInsensitiveHeaders(false)
                .withShutdownLogInflightExchangesOnTimeout(false);
        main.configure().addConfiguration(new ThrottleRates());
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport starting) {
                starting.getCamelContext().getCamelContextExtension().setHeadersMapFactory(new OrderedHeaders());
            }
        });
    }

    static void bind(Main main, Settings settings, DataSource dataSource, MessageLimit messageLimit) {
        main.bind("intake", new Intake(messageLimit, new Suspects(dataSource)));
        Ledger ledger = new Ledger(dataSource, settings.getInt(SettingKey.LEDGER_CACHE_SIZE));
        bind(main, dataSource, messageLimit, ledger, new BatchComponent());
    }

    /** What routes name, around what remembers their messages and takes them. */
    static void bind(
            Main main,
            DataSource dataSource,
            MessageLimit messageLimit,
            IdempotentRepository ledger,
            BatchComponent batch) {
        main.bind("dataSource", dataSource);
        main.bind("PROPAGATION_REQUIRED", new Transacted(new Transactions(dataSource)));
        main.bind("ledger", ledger);
        main.bind("messageId", new MessageId());
        main.bind("attempts", new Attempts());
        // By name, so that a route may bring data sources and policies of its own without making these ambiguous.
        SqlComponent sql = new SqlComponent();
        sql.setDataSource(dataSource);
        main.bind("sql-component", sql);
        batch.setDataSource(dataSource);
        batch.limitMessages(messageLimit);
        main.bind("batch-component", batch);
        DecodeComponent decode = new DecodeComponent();
        decode.limitMessages(messageLimit);
        main.bind("decode-component", decode);
        main.bind("encode-component", new EncodeComponent());
        OutboxComponent outbox = new OutboxComponent();
        outbox.setDataSource(dataSource);
        main.bind("outbox-component", outbox);
        JobComponent job = new JobComponent();
        job.setDataSource(dataSource);
        main.bind("job-component", job);
        main.bind("jobs", job.jobs());
        main.bind("wakeRelays", new WakeRelays(outbox, job));
        main.bind("kafka-component", KafkaDefaults.component());
        main.bind("aws2-sqs-component", SqsDefaults.component());
        main.bind("http-component", HttpDefaults.component());
        main.bind("https-component", HttpDefaults.component());
    }

    private static AcknowledgingClientFactory bind(
            Main main,
            Settings settings,
            InflightLimit limit,
            MessageLimit messageLimit,
            HeldPipelines held,
            Metrics metrics,
            DataSource dataSource) {
        main.bind("inflightLimit", limit);
        main.bind("heldPipelines", held);
        main.bind("holdCheck", new HoldCheck(held));
        Acknowledgement acknowledgement =
                new Acknowledgement(limit, messageLimit, settings, metrics.acknowledgements(), () -> dataSource);
        main.bind("acknowledgement", acknowledgement);
        AcknowledgingClientFactory clients = acknowledgement.kafkaClients();
        main.configure().addConfiguration(new Sources(limit, clients));
        return clients;
    }

    /** Only now it is known whether there is something to sweep. */
    private static void sweep(CamelContext context, Settings settings, DataSource dataSource) {
        if (context.getRoute(SweepRoute.ID) == null
                && context.getEndpoints().stream().anyMatch(ObjectsEndpoint.class::isInstance)) {
            try {
                context.addRoutes(new SweepRoute(
                        new Sweep(dataSource, InstantSource.system()),
                        settings.getDuration(SettingKey.OBJECTS_ORPHAN_AGE),
                        settings.getDuration(SettingKey.OBJECTS_SWEEP_INTERVAL)));
            } catch (Exception e) {
                throw new HeadgateException("The route that sweeps objects cannot be started: " + e.getMessage(), e);
            }
        }
    }

    private static MessageLimit messageLimit(Settings settings) {
        long asked = settings.getLong(SettingKey.MESSAGE_MAX_BYTES);
        MessageLimit limit = MessageLimit.within(Runtime.getRuntime().maxMemory(), asked);
        if (!limit.allows(asked)) {
            LOG.warn(
                    "{} is {}, more than a sixteenth of the heap: messages of more than {} bytes are refused; give the JVM a larger heap (-Xmx), or set it lower",
                    SettingKey.MESSAGE_MAX_BYTES.propertyName(),
                    asked,
                    limit.maxBytes());
        }
        return limit;
    }
}

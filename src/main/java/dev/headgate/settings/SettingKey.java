package dev.headgate.settings;

import static dev.headgate.settings.ValueType.COUNT;
import static dev.headgate.settings.ValueType.DOOR;
import static dev.headgate.settings.ValueType.DURATION;
import static dev.headgate.settings.ValueType.FLAG;
import static dev.headgate.settings.ValueType.TEXT;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Every key of Headgate's own, with its default, its form and one line about it: the configuration table. */
public enum SettingKey {
    DATABASE_URL(
            "headgate.database.url",
            "jdbc:postgresql://localhost:5432/headgate",
            TEXT,
            "JDBC URL of the PostgreSQL database that holds the ledger, the outbox, the dead letters and your tables."),
    DATABASE_USER("headgate.database.user", "headgate", TEXT, "User of the database."),
    DATABASE_PASSWORD("headgate.database.password", "headgate", TEXT, "Password of that user."),
    DATABASE_POOL_SIZE(
            "headgate.database.pool-size",
            "8",
            COUNT,
            "Most connections at once; each lane of a batch holds one while it writes. Those that nobody has used for a minute are closed, but for two."),
    MIGRATE(
            "headgate.migrate",
            "true",
            FLAG,
            "Whether tables are created and upgraded at start; if false, apply `headgate schema` yourself, and its `--from` with a new version; a start says which."),
    MIGRATIONS(
            "headgate.migrations",
            "migrations",
            TEXT,
            "Folder of your own migrations, from the routes folder; pipelines that share tables share it."),
    INFLIGHT_MAX_MESSAGES(
            "headgate.inflight.max-messages",
            "20000",
            COUNT,
            "Most unacknowledged messages in this process; the sources pause there and go on below."),
    INFLIGHT_MAX_BYTES(
            "headgate.inflight.max-bytes", "67108864", COUNT, "Most bytes in unacknowledged messages, likewise."),
    INFLIGHT_SOURCE_MAX_MESSAGES(
            "headgate.inflight.source.max-messages",
            "20000",
            COUNT,
            "Most unacknowledged messages of one source, that is, of one route that consumes from outside."),
    INFLIGHT_SOURCE_MAX_BYTES(
            "headgate.inflight.source.max-bytes",
            "67108864",
            COUNT,
            "Most bytes in unacknowledged messages of one source."),
    MESSAGE_MAX_BYTES(
            "headgate.message.max-bytes",
            "10485760",
            COUNT,
            "Largest message, decompressed, with key and headers; at most a sixteenth of the heap."
                    + " A larger one is a dead letter with its size, a hash and its beginning."),
    COMMIT_INTERVAL(
            "headgate.commit-interval",
            "1s",
            DURATION,
            "How often the offsets of acknowledged messages are committed to Kafka."),
    REVOKE_TIMEOUT(
            "headgate.revoke-timeout",
            "20s",
            DURATION,
            "Longest wait for what is in flight when Kafka takes a partition away."),
    KAFKA_STOP_ON_MISSING(
            "headgate.kafka.stop-on-missing",
            "false",
            FLAG,
            "Whether a consumer stops where messages are missing that the broker has deleted unread, or goes on without"
                    + " them."),
    LEDGER_CACHE_SIZE(
            "headgate.ledger.cache-size",
            "200000",
            COUNT,
            "Idempotency keys kept in memory, so that recent duplicates cost no statement."),
    LEDGER_RETENTION(
            "headgate.ledger.retention", "14d", DURATION, "How long an idempotency key is remembered in the ledger."),
    OUTBOX_RETENTION("headgate.outbox.retention", "2d", DURATION, "How long a delivered outbox entry is kept."),
    DEAD_LETTERS_RETENTION("headgate.dead-letters.retention", "30d", DURATION, "How long a dead letter is kept."),
    DEAD_LETTERS_MAX_REPLAYS(
            "headgate.dead-letters.max-replays", "5", COUNT, "How often one dead letter may be replayed."),
    JOBS_RETENTION(
            "headgate.jobs.retention", "7d", DURATION, "How long a completed, cancelled or discarded job is kept."),
    OBJECTS_ORPHAN_AGE(
            "headgate.objects.orphan-age",
            "1d",
            DURATION,
            "How long an object that is not in the manifest stays before it is swept."),
    OBJECTS_SWEEP_INTERVAL(
            "headgate.objects.sweep-interval", "6h", DURATION, "How often orphans are looked for in the buckets."),
    MANAGEMENT_USER(
            "headgate.management.user", "", TEXT, "User whom the management server answers, with the password."),
    MANAGEMENT_PASSWORD("headgate.management.password", "", TEXT, "Password of that user."),
    MANAGEMENT_TOKEN(
            "headgate.management.token",
            "",
            TEXT,
            "Token that the management server takes as `Authorization: Bearer TOKEN`, or as the password of any user."),
    MANAGEMENT_WRITE(
            "headgate.management.write",
            "false",
            FLAG,
            "Whether Jolokia, and so Hawtio, may change things, with a token or a password: pause a pipeline, set its rate"
                    + " and limits, stop a route."),
    MANAGEMENT_HEALTH(
            "headgate.management.health",
            "closed",
            DOOR,
            "Whether the probes of health are answered without credentials too (`open`), then with no more than `UP` or"
                    + " `DOWN`."),
    PURGE_INTERVAL("headgate.purge-interval", "10m", DURATION, "How often what is past its retention is deleted.");

    private final String propertyName;
    private final String defaultValue;
    private final ValueType form;
    private final String description;

    SettingKey(String propertyName, String defaultValue, ValueType form, String description) {
        this.propertyName = propertyName;
        this.defaultValue = defaultValue;
        this.form = form;
        this.description = description;
    }

    /** The name in a properties file, such as {@code headgate.database.url}. */
    public String propertyName() {
        return propertyName;
    }

    /** The name of the environment variable that overrides it, such as {@code HEADGATE_DATABASE_URL}. */
    public String environmentName() {
        return environmentName(propertyName);
    }

    public String defaultValue() {
        return defaultValue;
    }

    public ValueType form() {
        return form;
    }

    /** One sentence for the configuration table. */
    public String description() {
        return description;
    }

    static Optional<SettingKey> named(String propertyName) {
        return Arrays.stream(values())
                .filter(key -> key.propertyName.equals(propertyName))
                .findFirst();
    }

    static String environmentName(String propertyName) {
        return propertyName.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}

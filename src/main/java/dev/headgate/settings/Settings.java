package dev.headgate.settings;

import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything the user can set, resolved once. Immutable, safe for use by any thread.
 *
 * <p>Values come, in rising precedence, from the built-in defaults of {@link SettingKey} and {@link CamelDefault}, {@code
 * application.properties} in the routes folder, the file given with {@code --config}, and environment variables. Keys of Headgate's own are
 * checked while loading, so the typed getters of a loaded instance fail only when asked for a form that the key does
 * not have. All other keys (Camel's, and those the user's routes refer to) are passed on unchecked.
 */
public final class Settings {

    private final Map<String, Value> values;

    Settings(Map<String, Value> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Reads the settings of a routes folder.
     *
     * @param routes the folder; its {@code application.properties} may be absent
     * @param config a further properties file, or null for none
     * @param environment usually {@code System.getenv()}; an entry overrides the property of the same name in upper
     *     case with {@code _} for every other character
     * @throws ConfigurationException if a file cannot be read, a key of Headgate's is unknown or a value has not the
     *     form of its key; it says all that is
     */
    public static Settings load(Path routes, @Nullable Path config, Map<String, String> environment) {
        return reader(routes, config, environment).settings();
    }

    /**
     * Reads them as {@link #load} does, and takes those that can be taken.
     *
     * @throws ConfigurationException if a file cannot be read
     */
    public static Checked check(Path routes, @Nullable Path config, Map<String, String> environment) {
        return reader(routes, config, environment).checked();
    }

    private static SettingsReader reader(Path routes, @Nullable Path config, Map<String, String> environment) {
        SettingsReader reader = new SettingsReader();
        reader.readIfPresent(routes.resolve("application.properties"));
        if (config != null) {
            reader.read(config);
        }
        reader.overrideFrom(environment);
        return reader;
    }

    /** The built-in defaults, nothing read from anywhere. */
    public static Settings defaults() {
        return new SettingsReader().settings();
    }

    /**
     * These settings with other values for some keys, which take precedence over everything.
     *
     * @param origin where the values come from, for complaints about them
     * @throws ConfigurationException as {@link #load}
     */
    public Settings with(Map<String, String> overrides, String origin) {
        SettingsReader reader = new SettingsReader(values);
        overrides.forEach((name, value) -> reader.put(name, value, origin));
        return reader.settings();
    }

    public String getString(SettingKey key) {
        return value(key).text();
    }

    public boolean getBoolean(SettingKey key) {
        return Boolean.parseBoolean(checked(key, ValueType.FLAG).text());
    }

    public int getInt(SettingKey key) {
        long number = getLong(key);
        if (number > Integer.MAX_VALUE) {
            throw complaint(key, value(key), "a whole number from 1 to " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    public long getLong(SettingKey key) {
        return Long.parseLong(checked(key, ValueType.COUNT).text());
    }

    public Duration getDuration(SettingKey key) {
        return ValueType.duration(checked(key, ValueType.DURATION).text());
    }

    /** The value of any key, also of Camel's or the user's own. */
    public Optional<String> find(String propertyName) {
        return Optional.ofNullable(values.get(propertyName)).map(Value::text);
    }

    /** Where the value of a key was set, if that was in a file. */
    public Optional<Place> place(String propertyName) {
        return Optional.ofNullable(values.get(propertyName))
                .filter(value -> value.line() > 0)
                .map(value -> new Place(value.origin(), value.line()));
    }

    /** A fresh copy of all values, defaults included, for Camel's override properties. */
    public Properties asProperties() {
        Properties properties = new Properties();
        values.forEach((name, value) -> properties.setProperty(name, value.text()));
        return properties;
    }

    /** The names only: values may hold passwords. */
    @Override
    public String toString() {
        return "Settings" + new TreeMap<>(values).keySet();
    }

    private Value value(SettingKey key) {
        Value value = values.get(key.propertyName());
        return value != null ? value : new Value(key.defaultValue(), "the built-in default");
    }

    private Value checked(SettingKey key, ValueType form) {
        Value value = value(key);
        if (!form.accepts(value.text())) {
            throw complaint(key, value, form.expected());
        }
        return value;
    }

    static ConfigurationException complaint(SettingKey key, Value value, String expected) {
        return new ConfigurationException(
                "%s is '%s' in %s; expected %s.".formatted(key.propertyName(), value.text(), value.origin(), expected));
    }

    /**
     * Settings, and what is wrong with others.
     *
     * @param settings without those
     */
    public record Checked(Settings settings, List<Finding> findings) {}

    /**
     * A line of a file.
     *
     * @param line from one
     */
    public record Place(String file, int line) {}

    /** A value and, for complaints, where it was set: a file with its line from one, or something else in words and zero. */
    record Value(String text, String origin, int line) {

        Value(String text, String origin) {
            this(text, origin, 0);
        }
    }
}

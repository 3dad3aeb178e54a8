package dev.headgate.database;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.regex.Pattern;

/** Says in one sentence why a connection failed and which option mends it. */
final class ConnectionFailure {

    private static final Pattern PASSWORD_PARAMETER = Pattern.compile("(?i)((?:ssl)?password=)[^&]*");
    private static final Pattern CREDENTIALS = Pattern.compile("//[^/@]*@");

    private ConnectionFailure() {}

    static HeadgateException of(Settings settings, SQLException e) {
        String url = redacted(settings.getString(SettingKey.DATABASE_URL));
        String user = settings.getString(SettingKey.DATABASE_USER);
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String found = firstLine(e);
        return switch (state) {
            case "28P01", "28000" ->
                new ConfigurationException(
                        "PostgreSQL at %s refuses the user '%s' (%s): %s and %s."
                                .formatted(
                                        url,
                                        user,
                                        found,
                                        set(SettingKey.DATABASE_USER),
                                        named(SettingKey.DATABASE_PASSWORD)),
                        e);
            case "3D000" ->
                new ConfigurationException(
                        "PostgreSQL answers at %s but has no such database (%s): create it, or %s."
                                .formatted(url, found, set(SettingKey.DATABASE_URL)),
                        e);
            default ->
                new HeadgateException(
                        "PostgreSQL cannot be used at %s (%s): start it, or %s."
                                .formatted(url, found, set(SettingKey.DATABASE_URL)),
                        e);
        };
    }

    static String redacted(String url) {
        String withoutParameter = PASSWORD_PARAMETER.matcher(url).replaceAll("$1***");
        return CREDENTIALS.matcher(withoutParameter).replaceAll("//***@");
    }

    /** The server's own words; the driver puts position and hints on further lines and in further sentences. */
    static String firstLine(Throwable e) {
        if (e.getCause() instanceof UnknownHostException) {
            return "unknown host " + e.getCause().getMessage();
        }
        String message = e.getMessage();
        String text = message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
        return text.strip().lines().findFirst().orElse(text).replaceFirst("[.] Check that .*|[.:]$", "");
    }

    private static String set(SettingKey key) {
        return "set " + named(key);
    }

    private static String named(SettingKey key) {
        return key.propertyName() + " (or the environment variable " + key.environmentName() + ")";
    }
}

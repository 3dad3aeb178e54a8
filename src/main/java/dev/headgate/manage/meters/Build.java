package dev.headgate.manage.meters;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What runs: the version and the commit it was built from, as the build wrote them down. */
public final class Build {

    private static final Properties PROPERTIES = read();

    private Build() {}

    public static String version() {
        return PROPERTIES.getProperty("version", "unknown");
    }

    /** The abbreviated id of the commit, or {@code unknown} where it was built without git. */
    public static String commit() {
        String commit = PROPERTIES.getProperty("commit", "unknown");
        return commit.startsWith("$") || commit.isBlank() ? "unknown" : commit;
    }

    private static Properties read() {
        Properties properties = new Properties();
        try (InputStream file = Build.class.getResourceAsStream("build.properties")) {
            if (file != null) {
                properties.load(file);
            }
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

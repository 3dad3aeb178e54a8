package dev.headgate.manage;

import dev.headgate.ConfigurationException;
import dev.headgate.settings.CamelDefault;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the management server listens, and whom it answers. Immutable. */
public final class ManagementAccess {

    private static final String REMEDY = "set headgate.management.token, or headgate.management.user and"
            + " headgate.management.password, or camel.management.host=127.0.0.1.";

    private final boolean enabled;
    private final String host;
    private final String port;
    private final String token;
    private final @Nullable String bearer;
    private final @Nullable String basic;

    private ManagementAccess(Settings settings) {
        token = settings.getString(SettingKey.MANAGEMENT_TOKEN);
        String user = settings.getString(SettingKey.MANAGEMENT_USER);
        String password = settings.getString(SettingKey.MANAGEMENT_PASSWORD);
        if (user.isEmpty() != password.isEmpty()) {
            throw new ConfigurationException(
                    "headgate.management.user and headgate.management.password belong together:"
                            + " set both, or none.");
        }
        enabled = Boolean.parseBoolean(find(settings, CamelDefault.MANAGEMENT_ENABLED));
        host = find(settings, CamelDefault.MANAGEMENT_HOST);
        port = find(settings, CamelDefault.MANAGEMENT_PORT);
        bearer = token.isEmpty() ? null : "Bearer " + token;
        basic = user.isEmpty() ? null : "Basic " + base64(user + ":" + password);
    }

    /**
     * Reads the settings.
     *
     * @throws ConfigurationException if the server would listen beyond this machine and ask nobody who he is
     */
    public static ManagementAccess of(Settings settings) {
        ManagementAccess access = new ManagementAccess(settings);
        if (access.enabled && !access.asksWho() && !access.isLoopback()) {
            throw new ConfigurationException(
                    "The management server would listen on %s, where others can reach it, without asking who they are: %s"
                            .formatted(access.host, REMEDY));
        }
        return access;
    }

    public boolean isEnabled() {
        return enabled;
    }

    public String host() {
        return host;
    }

    /** A number, if the settings are right. */
    public String port() {
        return port;
    }

    /** The URL by which a process on this machine reaches it, without a slash at its end. */
    public String url() {
        String reachable = reachable();
        return "http://" + (reachable.contains(":") ? "[" + reachable + "]" : reachable) + ":" + port;
    }

    private String reachable() {
        try {
            if (InetAddress.getByName(host).isAnyLocalAddress()) {
                return "127.0.0.1";
            }
        } catch (UnknownHostException e) {
            // as it is: whoever connects will say so
        }
        return host;
    }

    /** The header {@code Authorization} of a request that it answers; empty if it asks nobody. */
    public Optional<String> authorization() {
        return Optional.ofNullable(bearer != null ? bearer : basic);
    }

    /** Whether a request needs credentials. */
    boolean asksWho() {
        return bearer != null || basic != null;
    }

    /** Whether a request with this header {@code Authorization} is answered. */
    boolean admits(@Nullable String authorization) {
        return !asksWho()
                || (authorization != null
                        && (Stream.of(Optional.ofNullable(bearer), Optional.ofNullable(basic))
                                        .flatMap(Optional::stream)
                                        .anyMatch(expected -> same(expected, authorization))
                                || hasTokenAsPassword(authorization)));
    }

    /** A browser can send no other header: its user types any name, and the token. */
    private boolean hasTokenAsPassword(String authorization) {
        if (bearer == null || !authorization.startsWith("Basic ")) {
            return false;
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
            String pair = new String(decoded, StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon >= 0 && same(token, pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Takes as long for a value that begins right as for one that does not. */
    private static boolean same(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String find(Settings settings, CamelDefault key) {
        return settings.find(key.propertyName()).orElse(key.defaultValue());
    }
}

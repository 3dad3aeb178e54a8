package dev.headgate.app;

import dev.headgate.ConfigurationException;
import dev.headgate.settings.Key;
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

    private static final String PREFIX = "camel.management.";
    private static final String REMEDY = "set headgate.management.token, or headgate.management.user and"
            + " headgate.management.password, or " + PREFIX + "host=127.0.0.1.";

    private final boolean enabled;
    private final String host;
    private final String port;
    private final @Nullable String bearer;
    private final @Nullable String basic;

    private ManagementAccess(Settings settings) {
        String token = settings.getString(Key.MANAGEMENT_TOKEN);
        String user = settings.getString(Key.MANAGEMENT_USER);
        String password = settings.getString(Key.MANAGEMENT_PASSWORD);
        if (user.isEmpty() != password.isEmpty()) {
            throw new ConfigurationException(
                    "headgate.management.user and headgate.management.password belong together:"
                            + " set both, or none.");
        }
        enabled = find(settings, "enabled").map(Boolean::parseBoolean).orElse(false);
        host = find(settings, "host").orElse("127.0.0.1");
        port = find(settings, "port").orElse("9876");
        bearer = token.isEmpty() ? null : "Bearer " + token;
        basic = user.isEmpty() ? null : "Basic " + base64(user + ":" + password);
    }

    /**
     * As the settings say.
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

    /** Where a process on the same machine finds it, for a URL. */
    public String reachableAt() {
        try {
            if (InetAddress.getByName(host).isAnyLocalAddress()) {
                return "127.0.0.1";
            }
        } catch (UnknownHostException e) {
            // as it is: whoever connects will say so
        }
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** A number, if the settings are right. */
    public String port() {
        return port;
    }

    /** The header {@code Authorization} of a request that is answered; empty if none is needed. */
    public Optional<String> authorization() {
        return Optional.ofNullable(bearer == null ? basic : bearer);
    }

    /** Whether a request needs credentials. */
    boolean asksWho() {
        return bearer != null || basic != null;
    }

    /** Whether a request with this header {@code Authorization} is answered. */
    boolean admits(@Nullable String authorization) {
        return !asksWho()
                || (authorization != null
                        && Stream.of(Optional.ofNullable(bearer), Optional.ofNullable(basic))
                                .flatMap(Optional::stream)
                                .anyMatch(expected -> same(expected, authorization)));
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

    private static Optional<String> find(Settings settings, String name) {
        return settings.find(PREFIX + name);
    }
}

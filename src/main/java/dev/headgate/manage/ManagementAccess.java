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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the management server listens, and whom it answers. Immutable. */
public final class ManagementAccess {

    private static final String REMEDY = "set headgate.management.token, or headgate.management.user and"
            + " headgate.management.password, or camel.management.host=127.0.0.1.";

    /** Nothing that would have to be looked up. */
    private static final Pattern ADDRESS = Pattern.compile("127(\\.\\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private final boolean enabled;
    private final String host;
    private final String port;
    private final String token;
    private final @Nullable String bearer;
    private final @Nullable String basic;
    private final boolean writes;
    private final boolean healthIsOpen;

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
        writes = settings.getBoolean(SettingKey.MANAGEMENT_WRITE);
        healthIsOpen = settings.getString(SettingKey.MANAGEMENT_HEALTH).equals("open");
        basic = user.isEmpty() ? null : "Basic " + base64(user + ":" + password);
    }

    /**
     * Reads the settings.
     *
     * @throws ConfigurationException if the server would listen beyond this machine, or let things be changed, or share
     *     its port, and ask nobody who he is
     */
    public static ManagementAccess of(Settings settings) {
        ManagementAccess access = new ManagementAccess(settings);
        if (access.enabled && !access.asksWho() && !access.isLoopback()) {
            throw new ConfigurationException(
                    "The management server would listen on %s, where others can reach it, without asking who they are: %s"
                            .formatted(access.host, REMEDY));
        }
        if (access.enabled && access.writes && !access.asksWho()) {
            throw new ConfigurationException(
                    "With headgate.management.write=true anybody on this machine could change things, and whatever page"
                            + " its browser shows: set headgate.management.token, or headgate.management.user and"
                            + " headgate.management.password, too.");
        }
        if (access.enabled && access.isShared(settings)) {
            throw new ConfigurationException("camel.server.port and camel.management.port are both " + access.port
                    + ": on one port Camel's server answers for the other, and asks nobody who he is. Give them two.");
        }
        return access;
    }

    private boolean isShared(Settings settings) {
        return settings.find("camel.server.enabled").map(Boolean::parseBoolean).orElse(false)
                && port.equals(settings.find("camel.server.port").orElse("8080"));
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

    /** Whether things may be changed, by who has credentials. */
    boolean allowsWrites() {
        return writes;
    }

    /** Whether it is told to anybody whether the process lives and is ready. */
    boolean tellsHealth() {
        return healthIsOpen;
    }

    /**
     * Whether a request is meant for this server. A name that is not this machine's is one that somebody has made to lead
     * here, so that his page in a browser of this machine may read the answers. Beyond this machine any name will do: there
     * it takes credentials, which a browser has not for such a page.
     *
     * @param name of the header {@code Host}, without the port
     */
    boolean isMeant(String name) {
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        return !isLoopback()
                || bare.equalsIgnoreCase(host)
                || bare.equalsIgnoreCase("localhost")
                || (ADDRESS.matcher(bare).matches() && isLoopback(bare));
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
        return isLoopback(host);
    }

    private static boolean isLoopback(String name) {
        try {
            return InetAddress.getByName(name).isLoopbackAddress();
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

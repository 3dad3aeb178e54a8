package dev.headgate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The path of a file or folder in the URI of an endpoint. Camel decodes it three times: with the URI of the endpoint, with its
 * path, and with the resource. Thread-safe.
 */
public final class ResourcePath {

    private static final Pattern SIGNS = Pattern.compile("[%+#?]");

    private ResourcePath() {}

    /** The path for {@code file:...} in the URI of an endpoint: each sign that means something there is encoded three times. */
    public static String inEndpoint(String path) {
        return SIGNS.matcher(path)
                .replaceAll(sign ->
                        "%2525" + Integer.toHexString(sign.group().charAt(0)).toUpperCase(Locale.ROOT));
    }

    /** What is left for Camel to load of a path in the URI of an endpoint: a resource, which it decodes once more. */
    public static String asResource(String inEndpoint) {
        try {
            return URLDecoder.decode(URLDecoder.decode(inEndpoint, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return inEndpoint;
        }
    }
}

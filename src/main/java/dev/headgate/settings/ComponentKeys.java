package dev.headgate.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The environment variables of options of components: {@code CAMEL_COMPONENT_AWS2_S3_SECRET_KEY} for {@code
 * camel.component.aws2-s3.secret-key}. Where the name of the component ends, only its list tells.
 */
public final class ComponentKeys {

    private static final String PREFIX = "camel.component.";
    private static final List<String> OWN =
            List.of("batch", "decode", "encode", "job", "json-schema", "objects", "outbox");

    /** Longer ones first, so that {@code aws2-s3} is none of {@code aws2}. */
    private static final List<String> NAMES = Stream.concat(OWN.stream(), ofCamel().stream())
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();

    private ComponentKeys() {}

    /** The schemes of all components of Camel and of Headgate, whether or not they are on the class path. */
    public static List<String> components() {
        return NAMES;
    }

    /** The key that a variable is for; empty if it is for none. */
    static Optional<String> named(String variable) {
        return NAMES.stream()
                .map(name -> PREFIX + name + ".")
                .filter(key -> variable.startsWith(SettingKey.environmentName(key)) && variable.length() > key.length())
                .findFirst()
                .map(key -> key
                        + variable.substring(key.length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '-'));
    }

    private static List<String> ofCamel() {
        try (InputStream list =
                ComponentKeys.class.getResourceAsStream("/org/apache/camel/main/components.properties")) {
            if (list == null) {
                throw new IllegalStateException("The class path lacks Camel's list of components");
            }
            return new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

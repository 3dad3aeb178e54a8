package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.settings.CamelDefault;
import dev.headgate.settings.SettingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of the reference say what the code says. */
class ReadmeTest {

    private static final Set<String> CAMELS_OWN =
            Set.of("bridgeErrorHandler", "exceptionHandler", "exchangePattern", "lazyStartProducer");

    @Test
    void lists_every_setting() throws IOException {
        String rows = Arrays.stream(SettingKey.values())
                .map(key -> "| `%s` | %s | %s |\n"
                        .formatted(key.propertyName(), code(key.defaultValue()), key.description()))
                .collect(Collectors.joining());

        assertThat(reference()).contains(rows);
    }

    @Test
    void lists_every_default_of_a_key_of_camels() throws IOException {
        String rows = Arrays.stream(CamelDefault.values())
                .map(key -> "| `%s` | %s | %s |\n"
                        .formatted(key.propertyName(), code(key.defaultValue()), key.description()))
                .collect(Collectors.joining());

        assertThat(reference()).contains(rows);
    }

    /** What Camel's generator has written about each of Headgate's components. */
    static List<Path> components() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/generated/resources/META-INF/dev"))) {
            return files.filter(file -> file.toString().endsWith(".json")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("components")
    void lists_every_endpoint_option(Path component) throws IOException {
        JsonNode metadata = new ObjectMapper().readTree(component.toFile());
        JsonNode options = metadata.get("properties");
        String scheme = metadata.get("component").get("scheme").asText();
        String rows = options.properties().stream()
                .filter(option -> option.getValue().get("kind").asText().equals("parameter"))
                .filter(option -> !CAMELS_OWN.contains(option.getKey()))
                .map(option -> row(scheme, option))
                .collect(Collectors.joining());

        assertThat(reference()).contains(rows);
    }

    private static String row(String scheme, Map.Entry<String, JsonNode> option) {
        JsonNode value = option.getValue().get("defaultValue");
        return "| `%s:` | `%s` | %s | %s |\n"
                .formatted(
                        scheme,
                        option.getKey(),
                        value == null ? "" : "`" + value.asText() + "`",
                        option.getValue().get("description").asText());
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    private static String reference() throws IOException {
        return Files.readString(Path.of("src/docs/reference.md"));
    }
}

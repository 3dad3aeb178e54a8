package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the pages show can be loaded as it stands there. */
class ExamplesTest {

    private static final List<String> WHOLE = List.of("- route:", "- beans:", "- onException:");

    /** @param yaml a file of routes, or steps of one */
    record Example(String page, int line, String yaml) {

        @Override
        public String toString() {
            return page + ", line " + line;
        }

        String asRoutes() {
            return WHOLE.stream().anyMatch(yaml::startsWith)
                    ? yaml
                    : "- route:\n    from:\n      uri: direct:example\n      steps:\n" + yaml.indent(8);
        }
    }

    static List<Example> examples() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("src/docs"))) {
            return Stream.concat(Stream.of(Path.of("README.md")), docs)
                    .filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .flatMap(ExamplesTest::of)
                    .toList();
        }
    }

    private static Stream<Example> of(Path page) {
        try {
            List<String> lines = Files.readAllLines(page);
            Stream.Builder<Example> examples = Stream.builder();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).equals("```yaml")) {
                    int end = i + lines.subList(i, lines.size()).indexOf("```");
                    examples.add(
                            new Example(page.toString(), i + 2, String.join("\n", lines.subList(i + 1, end)) + "\n"));
                }
            }
            return examples.build();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void there_are_some() throws IOException {
        assertThat(examples()).hasSizeGreaterThan(8);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void loads(Example example) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Resource resource = ResourceHelper.fromString("example.camel.yaml", example.asRoutes());
            assertThatCode(() -> PluginHelper.getRoutesLoader(context).loadRoutes(resource))
                    .doesNotThrowAnyException();
            assertThat(context.getRouteDefinitions().isEmpty())
                    .isEqualTo(!example.asRoutes().contains("- route:"));
        }
    }
}

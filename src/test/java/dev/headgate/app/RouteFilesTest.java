package dev.headgate.app;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteFilesTest {

    private static final String ROUTE = """
            - route:
                id: tick
                from:
                  uri: timer:tick
                  steps:
                    - log: hello
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void sound() throws IOException {
        write("sound.camel.yaml", ROUTE);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @ParameterizedTest
    @CsvSource({"orders.camel.yml,orders.camel.yaml", "orders.yaml,orders.camel.yaml", "orders.yml,orders.camel.yaml"})
    void a_route_file_that_would_be_passed_over_is_refused(String name, String remedy) throws IOException {
        Path file = write(name, ROUTE);

        assertThatThrownBy(() -> RouteFiles.check(folder))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("rename it to " + remedy);
    }

    @Test
    void other_files_may_lie_beside_the_routes() throws IOException {
        write("openapi.yaml", "openapi: 3.1.0\npaths: {}\n");
        write("names.yml", "- a\n- b\n");
        write("template.yaml", "{{ not yaml\n");
        Files.write(folder.resolve("orders.parquet"), new byte[] {(byte) 0x80});

        assertThatCode(() -> RouteFiles.check(folder)).doesNotThrowAnyException();
    }

    @Test
    void a_name_that_stands_twice_is_refused_with_both_lines() throws IOException {
        Path file = write(
                "twice.camel.yaml",
                ROUTE.replace("uri: timer:tick", "uri: timer:tick\n      parameters: { period: 1s }")
                        + "      parameters: { period: 2s }\n");

        assertThatThrownBy(() -> RouteFiles.check(folder))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("parameters twice, in line 5 and in line 8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"uri: {{source}}", "uri: {{source}}-b", "{ uri: timer:{{source}} }"})
    void a_placeholder_without_quotes_is_refused_with_its_line_and_the_remedy(String written) throws IOException {
        Path file = write(
                "unquoted.camel.yaml", "- route:\n    id: a\n    from:\n      " + written + "\n      steps: []\n");

        assertThatThrownBy(() -> RouteFiles.check(folder))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file + ", line 4")
                .hasMessageContaining("without quotes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"uri: timer:{{source}}", "uri: '{{source}}'", "uri: \"{{source}}\""})
    void a_placeholder_that_is_text_is_not(String written) throws IOException {
        write("quoted.camel.yaml", ROUTE.replace("uri: timer:tick", written));

        assertThatCode(() -> RouteFiles.check(folder)).doesNotThrowAnyException();
    }

    @Test
    void a_folder_without_routes_and_one_that_is_missing_are_refused(@TempDir Path empty) {
        assertThatThrownBy(() -> RouteFiles.check(empty)).hasMessageContaining("holds no *.camel.yaml");
        assertThatThrownBy(() -> RouteFiles.check(empty.resolve("none"))).hasMessageContaining("does not exist");
    }
}

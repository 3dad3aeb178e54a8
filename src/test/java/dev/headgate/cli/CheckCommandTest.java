package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"check", "validate"})
    void what_is_sound_is_one_line_and_a_success(String command) {
        CommandLineRun run = CommandLineRun.of(command, "routes");

        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out()).isEqualTo("routes: no errors, no warnings\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void programs_read_each_finding_with_its_place() throws IOException {
        Files.writeString(folder.resolve("a.camel.yaml"), """
                - route:
                    id: a
                    from:
                      uri: timer:tick
                      parameters: { perriod: 1s }
                      steps:
                        - log: hello
                """);

        CommandLineRun run = CommandLineRun.of("check", folder.toString(), "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        JsonNode finding = new ObjectMapper().readTree(run.out()).path(0);
        assertThat(finding.path("file").asText())
                .isEqualTo(folder.resolve("a.camel.yaml").toString());
        assertThat(finding.path("line").asInt()).isEqualTo(5);
        assertThat(finding.path("column").asInt()).isEqualTo(21);
        assertThat(finding.path("what").asText()).isEqualTo("timer: has no option `perriod`");
        assertThat(finding.path("remedy").asText()).isEqualTo("did you mean `period`?");
        assertThat(finding.path("warning").asBoolean()).isFalse();
    }

    @Test
    void a_folder_that_is_missing_is_one_line() {
        CommandLineRun run = CommandLineRun.of("check", folder.resolve("none").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).singleElement().asString().contains("none does not exist");
    }
}

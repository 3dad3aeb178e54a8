package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @TempDir
    Path folder;

    @Test
    void help_goes_to_standard_output_and_names_the_commands() {
        CommandLineRun run = CommandLineRun.of("--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: headgate", "run ", "schema ");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "schema", "hawtio", "pipelines"})
    void every_command_has_help(String command) {
        CommandLineRun run = CommandLineRun.of(command, "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: headgate " + command, "--debug");
    }

    @Test
    void the_version_is_one_line() {
        CommandLineRun run = CommandLineRun.of("--version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).singleElement().asString().startsWith("headgate ");
    }

    @Test
    void the_schema_is_sql_on_standard_output() {
        CommandLineRun run = CommandLineRun.of("schema");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("create schema if not exists headgate;", "create table ledger");
    }

    @Test
    void without_a_command_the_usage_is_wrong() {
        assertOneLine(CommandLineRun.of(), 2, "Missing command; see `headgate --help`.");
    }

    @Test
    void an_unknown_option_is_one_line_that_leads_to_the_help() {
        assertOneLine(
                CommandLineRun.of("run", "--route", "x", "--nonsense"), 2, "--route", "see `headgate run --help`.");
    }

    @Test
    void an_unknown_command_is_one_line_that_leads_to_the_help() {
        assertOneLine(CommandLineRun.of("walk"), 2, "Unknown command 'walk'", "see `headgate --help`.");
    }

    @Test
    void an_option_without_its_value_is_one_line() {
        assertOneLine(CommandLineRun.of("run", "--config"), 2, "--config", "see `headgate run --help`.");
    }

    @Test
    void a_port_that_is_no_number_is_one_line() {
        assertOneLine(CommandLineRun.of("hawtio", "--port", "x"), 2, "--port", "see `headgate hawtio --help`.");
    }

    @Test
    void a_missing_routes_folder_is_one_line() {
        assertOneLine(
                CommandLineRun.of("run", "--routes", folder.resolve("nowhere").toString()),
                1,
                "nowhere does not exist",
                "--routes");
    }

    @Test
    void a_folder_without_routes_is_one_line() {
        assertOneLine(CommandLineRun.of("run", "--routes", folder.toString()), 1, "holds no *.camel.yaml", "--routes");
    }

    @Test
    void a_missing_configuration_file_is_one_line() throws IOException {
        Files.createFile(folder.resolve("orders.camel.yaml"));

        assertOneLine(
                CommandLineRun.of("run", "--routes", folder.toString(), "--config", "absent.properties"),
                1,
                "The configuration file absent.properties does not exist");
    }

    @Test
    void with_debug_the_stack_trace_follows_the_line() {
        CommandLineRun run = CommandLineRun.of(
                "run", "--debug", "--routes", folder.resolve("nowhere").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines().toList()).first().asString().startsWith("headgate: The routes folder");
        assertThat(run.err()).contains("dev.headgate.ConfigurationException", "\tat dev.headgate.app.RouteFiles");
    }

    private static void assertOneLine(CommandLineRun run, int exitCode, String... parts) {
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("headgate: ")
                .contains(parts);
    }
}

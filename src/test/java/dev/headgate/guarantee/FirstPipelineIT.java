package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page about the first pipeline, command by command as they stand there, with the messages that stand there. */
class FirstPipelineIT {

    private static final Pattern MESSAGES = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("^\\./headgate (.*)$", Pattern.MULTILINE);

    @TempDir
    Path folder;

    @Test
    void every_command_of_the_page_does_what_it_says() throws IOException {
        String page = Files.readString(Path.of("src/docs/first-pipeline.md"));
        Matcher messages = MESSAGES.matcher(page);
        assertThat(messages.find()).isTrue();
        Files.writeString(folder.resolve("payments.jsonl"), messages.group(1));
        List<String> commands =
                COMMAND.matcher(page).results().map(command -> command.group(1)).toList();
        assertThat(commands).hasSize(5);
        assertThat(commands.get(4)).isEqualTo("run --routes payments");

        assertThat(run(commands.get(0)).out()).contains("payments.camel.yaml", "payments.test.yaml");
        assertThat(run(commands.get(1)).out()).endsWith("no errors, no warnings\n");
        assertThat(run(commands.get(2)).out())
                .contains(
                        "+ payments {",
                        "- payments {",
                        "outbox payments-applied p-1: {\"payment_id\" : \"p-1\"",
                        "3 messages, 0 dead letters");
        assertThat(run(commands.get(3)).out()).isEqualTo("passed payments.test.yaml\n");
        assertThat(folder.resolve("payments.xml")).content().contains("tests=\"1\" failures=\"0\"");

        Path test = folder.resolve("payments/payments.test.yaml");
        Files.writeString(test, Files.readString(test).replace("\"version\":2", "\"version\":3"));
        CommandLineRun failed = CommandLineRun.of(words(commands.get(3)));
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out())
                .contains(
                        "failed payments.test.yaml",
                        "expected {\"payment_id\":\"p-1\",\"version\":3}, which is not there");
        assertThat(folder.resolve("payments.xml")).content().contains("<failure message=\"table payments: expected");
    }

    private CommandLineRun run(String command) {
        CommandLineRun run = CommandLineRun.of(words(command));
        assertThat(run.exitCode()).as(command + "\n" + run.out() + run.err()).isZero();
        return run;
    }

    private String[] words(String command) {
        return Stream.of(command.split(" "))
                .map(word ->
                        word.matches("payments[.\\w]*") ? folder.resolve(word).toString() : word)
                .toArray(String[]::new);
    }
}

package dev.headgate.manage.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says that needs attention, by its own script, run by Node.js where that is installed. */
class AttentionTest {

    private static final Path NODE = Path.of("/usr/bin/node");
    private static final Path WORDS = Path.of("src/main/resources/dev/headgate/manage/status/words.js");
    private static final String SCRIPT = """
            import { attention } from "%s";
            const pipeline = {
              name: "orders", state: "running", pauses: [], objectives: [], late: 0, oldestSeconds: 0, missing: null,
              unreadable: 0, outcomes: { conflict: 0 }, stages: [{ name: "sink", errorsPerMinute: 0 }],
            };
            const outbox = { destination: "applied", oldestSeconds: 0, errorsPerMinute: 0 };
            const letters = [{ pipeline: "orders", reason: "invalid", open: 0, sinceStart: 7 }];
            const status = {
              at: "2026-01-01T00:00:00Z", objectives: [], notReady: [], queryAgeSeconds: { kafka: 3 },
              pipelines: [pipeline], outboxes: [outbox], deadLetters: letters,
            };
            %s;
            attention(status).forEach(({ label, text }) => console.log(`${label.word}: ${text}`));
            """;

    @TempDir
    Path directory;

    private Path module;

    @BeforeEach
    void copy() throws IOException {
        assumeTrue(Files.isExecutable(NODE), "Node.js is not installed");
        module = Files.copy(WORDS, directory.resolve("words.mjs"));
    }

    @Test
    void nothing_needs_attention_where_nothing_is_wrong() throws Exception {
        assertThat(attention("")).isEmpty();
    }

    @Test
    void open_dead_letters_and_what_to_do_with_them_are_said_once_a_pipeline() throws Exception {
        assertThat(attention("letters[0].open = 981; letters.push({ ...letters[0], reason: \"held\", open: 2 })"))
                .isEqualTo(
                        "Dead letters: orders: 983 open (981 invalid, 2 held): look with ./headgate dead-letters list"
                                + " --reasons, mend the cause, then replay or discard them\n");
    }

    @Test
    void errors_missing_unreadable_late_and_repeated_ids_are_said() throws Exception {
        assertThat(attention("pipeline.stages[0].errorsPerMinute = 12"))
                .startsWith("Errors: orders: ")
                .contains("12 in sink");
        assertThat(attention("pipeline.missing = 5")).startsWith("Missing: orders: up to 5 messages");
        assertThat(attention("pipeline.unreadable = 6")).startsWith("Unreadable: orders: 6 messages wait behind");
        assertThat(attention("pipeline.late = 8; pipeline.oldestSeconds = 300"))
                .startsWith(
                        "Late: orders: 8 messages that have not ended are older than 60 s, the oldest in a batch 5 min");
        assertThat(attention("pipeline.outcomes.conflict = 3")).startsWith("Ids used twice: orders: 3 messages");
        assertThat(attention("outbox.errorsPerMinute = 4")).startsWith("Errors: outbox:applied: 4 errors");
    }

    @Test
    void the_parts_of_the_runbook_that_it_names_are_there() throws IOException {
        List<String> named = Pattern.compile("runbook: .*")
                .matcher(Files.readString(WORDS))
                .results()
                .flatMap(line ->
                        Pattern.compile("\"(\\w+)\"").matcher(line.group()).results())
                .map(name -> name.group(1))
                .filter(name -> !name.equals("held"))
                .toList();

        assertThat(named).contains("HeadgateHeld").hasSizeGreaterThan(7);
        assertThat(Files.readAllLines(Path.of("src/docs/runbook.md")))
                .containsAll(named.stream().map("## "::concat).toList())
                .contains("## Freshness", "## Reliability", "## Capacity");
    }

    private String attention(String change) throws IOException, InterruptedException {
        Process node = new ProcessBuilder(
                        NODE.toString(), "--input-type=module", "--eval", SCRIPT.formatted(module.toUri(), change))
                .redirectErrorStream(true)
                .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(said).isZero();
        return said;
    }
}

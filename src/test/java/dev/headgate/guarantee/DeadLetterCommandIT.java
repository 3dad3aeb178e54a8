package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people read and decide with {@code headgate dead-letters}, on rows that are simply there. */
class DeadLetterCommandIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STATES = "select id || ' ' || state from headgate.dead_letter order by id";
    private static final String ROWS = """
            insert into headgate.dead_letter
                (pipeline, stage, reason, error, key, headers, payload, source, received_at, state)
            values
            ('orders', 'orders', 'SQLSTATE 23514', 'check', 'a', '{"trace":"x"}', 'pay', 'orders-0-1',
             now() - interval '3 hours', 'dead'),
            ('orders', 'orders-validate', 'schema: $.status enum', 'no', 'b', '{}', decode('ff00', 'hex'), 'orders-0-2',
             now() - interval '2 hours', 'dead'),
            ('refunds', 'refunds', 'SQLSTATE 23514', 'check', 'a', '{}', null, 'refunds-0-1',
             now() - interval '1 hour', 'dead'),
            ('orders', 'orders', 'SQLSTATE 23514', 'check', 'c', '{}', 'pay', 'orders-0-3', now(), 'discarded')
            """;

    private static final String HOSTILE = """
            update headgate.dead_letter
            set key = E'k\\u001B[2J\\u202E', reason = E'r\\u009B2J', stage = E's\\u2066', pipeline = E'p\\r',
                error = E'no\\nstate     discarded\\u001B]0;title\\u0007',
                headers = '{"a\\u001b[2J": "b\\r\\nstate     discarded\\u009b2J\\u202e"}',
                payload = convert_to(E'pay\\n\\tload \\u009B2J\\u202E', 'UTF8')
            where id = 1
            """;

    private static Pipeline pipeline;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        pipeline = new Pipeline(1);
        pipeline.migrate();
    }

    @AfterAll
    static void stop() {
        pipeline.close();
    }

    @BeforeEach
    void rows() {
        pipeline.execute("truncate headgate.dead_letter restart identity");
        pipeline.execute(ROWS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list | 3,2,1",
                "list --limit 2 | 3,2",
                "list --pipeline orders | 2,1",
                "list --key a | 3,1",
                "list --older-than 90m | 2,1",
                "list --newer-than 90m | 3",
                "list --state any | 4,3,2,1",
                "list --state discarded | 4",
                "list --pipeline orders --key a | 1",
            })
    void a_filter_chooses_and_the_newest_comes_first(String command, String ids) throws IOException {
        JsonNode letters = JSON.readTree(succeed(command + " --json").out());

        assertThat(letters.findValuesAsText("id")).containsExactly(ids.split(","));
        assertThat(succeed(command).out().lines().skip(1).map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly(ids.split(","));
    }

    @Test
    void the_table_fits_a_terminal_whatever_is_in_it() {
        pipeline.execute(
                "update headgate.dead_letter set key = repeat('k', 500), reason = E'a\\nb' || repeat('r', 500),"
                        + " stage = repeat('s', 500), pipeline = repeat('p', 500)");

        assertThat(succeed("list").out().lines().toList()).hasSize(4).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(112));
    }

    @Test
    void an_empty_answer_says_so_and_is_an_empty_array_for_programs() throws IOException {
        assertThat(succeed("list --pipeline nothing").err()).isEqualTo("No dead letters match.\n");
        assertThat(JSON.readTree(succeed("list --pipeline nothing --json").out()))
                .isEmpty();
        assertThat(succeed("replay --pipeline nothing").err()).isEqualTo("No dead letters to replay.\n");
        assertThat(succeed("discard --pipeline nothing --why x").err()).contains("nothing was discarded");
    }

    @Test
    void reasons_are_counted_by_pipeline() throws IOException {
        JsonNode counts =
                JSON.readTree(succeed("list --reasons --state any --json").out());

        assertThat(counts.findValuesAsText("count")).containsExactly("2", "1", "1");
        assertThat(counts.get(0).get("pipeline").asText()).isEqualTo("orders");
        assertThat(counts.get(0).get("reason").asText()).isEqualTo("SQLSTATE 23514");
        assertThat(succeed("list --reasons").out().lines())
                .hasSize(4)
                .first()
                .asString()
                .startsWith("COUNT");
    }

    @Test
    void all_of_one_is_shown_with_its_payload() throws IOException {
        assertThat(succeed("show 1").out())
                .contains("reason    SQLSTATE 23514\n", "header    trace: x\n", "source    orders-0-1\n")
                .endsWith("payload   3 bytes\n\npay\n");
        assertThat(succeed("show 2").out()).endsWith("payload   2 bytes, base64\n\n/wA=\n");
        assertThat(succeed("show 3").out()).endsWith("payload   none\n");
        JsonNode one = JSON.readTree(succeed("show 2 --json").out());
        assertThat(one.get("payloadBase64").asText()).isEqualTo("/wA=");
        assertThat(one.get("payload").isNull()).isTrue();
    }

    /** A sender writes keys, headers and payloads; a terminal obeys what it is sent. */
    @Test
    void what_a_sender_wrote_commands_no_terminal_and_forges_no_line() throws IOException {
        pipeline.execute(HOSTILE);

        for (String command : List.of("list", "show 1", "show 1 --json", "list --json", "list --reasons")) {
            String out = succeed(command).out();
            assertThat(out.codePoints().filter(DeadLetterCommandIT::isHostile))
                    .as(command)
                    .isEmpty();
            assertThat(out.lines()).as(command).noneMatch(line -> line.startsWith("state     discarded"));
        }
        assertThat(succeed("show 1").out()).contains("\\u001b[2J", "\\u202e", "pay\n\tload \\u009b2J");
        assertThat(JSON.readTree(succeed("show 1 --json").out()).get("payload").asText())
                .isEqualTo("pay\n\tload \u009b2J\u202e");
        HeadgateCommand.deadLetters(pipeline, "list --pipeline \u001b[2J --limit 0")
                .failed(2, "--limit");
        assertThat(HeadgateCommand.deadLetters(pipeline, "show \u001b[2J").err())
                .doesNotContain("\u001b");
    }

    private static boolean isHostile(int character) {
        return (Character.isISOControl(character) && character != '\n' && character != '\t')
                || (character >= 0x202a && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069);
    }

    @Test
    void an_export_has_all_that_is_needed_to_send_them_again() throws IOException {
        Path file = folder.resolve("letters.ndjson");

        assertThat(succeed("export " + file + " --all").out()).isEqualTo("Exported 3 dead letters to " + file + ".\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        List<String> lines = Files.readAllLines(file, UTF_8);
        assertThat(lines).hasSize(3);
        JsonNode first = JSON.readTree(lines.get(0));
        assertThat(first.get("key").asText()).isEqualTo("a");
        assertThat(first.get("headers").get("trace").asText()).isEqualTo("x");
        assertThat(first.get("payload").asText()).isEqualTo("pay");
        assertThat(first.get("payloadBase64").binaryValue()).isEqualTo("pay".getBytes(UTF_8));

        HeadgateCommand.deadLetters(pipeline, "export " + file + " --all")
                .failed(1, "exists: name another file, or add --overwrite.");
        assertThat(succeed("export " + file + " 2 --overwrite").out()).contains("1 dead letter to");
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    @Test
    void discarded_with_the_reason_they_stay() {
        assertThat(HeadgateCommand.run(
                                pipeline, List.of("dead-letters", "discard", "1", "3", "--why", "no such customer"))
                        .out())
                .isEqualTo("Discarded 2 dead letters.\n");

        assertThat(pipeline.texts(STATES)).containsExactly("1 discarded", "2 dead", "3 discarded", "4 discarded");
        assertThat(pipeline.texts("select discarded_why from headgate.dead_letter where id in (1, 3)"))
                .containsOnly("no such customer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay 4 | 1 | Dead letter 4 is discarded; only dead ones can be replayed",
                "replay 1 99 | 1 | There is no dead letter 99; nothing was replayed.",
                "discard 1 4 --why x | 1 | Dead letter 4 is discarded; only dead ones can be discarded",
                "show 99 | 1 | There is no dead letter 99",
                "replay | 2 | Name ids, a filter, or --all",
                "discard --why x | 2 | Name ids, a filter, or --all",
                "export nowhere.ndjson | 2 | Name ids, a filter, or --all",
                "replay 1 --all | 2 | only one of these",
                "discard 1 | 2 | --why",
                "replay 1 --rate 0 | 2 | --rate must be 1 or more",
                "list --older-than soon | 2 | is not a duration",
                "list --state lost | 2 | --state",
            })
    void what_cannot_be_done_is_one_line_and_changes_nothing(String command, int exitCode, String line) {
        List<String> before = pipeline.texts(STATES);

        HeadgateCommand.deadLetters(pipeline, command).failed(exitCode, line);

        assertThat(pipeline.texts(STATES)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "show 1", "replay 1", "discard 1 --why x"})
    void tables_of_another_version_are_one_line(String command) {
        pipeline.execute("alter table headgate.dead_letter rename to elsewhere");
        try {
            HeadgateCommand.deadLetters(pipeline, command).failed(1, "The database has not the tables of this version");
        } finally {
            pipeline.execute("alter table headgate.elsewhere rename to dead_letter");
        }
    }

    private static HeadgateCommand succeed(String words) {
        return HeadgateCommand.deadLetters(pipeline, words).succeeded();
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people read and decide with {@code headgate jobs}, on rows that are simply there: no process executes them. */
class JobsCommandIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STATES = "select id || ' ' || state from headgate.job order by id";
    private static final String ROWS = """
            insert into headgate.job
                (queue, state, priority, scheduled_at, attempt, max_attempts, headers, payload, errors, ended_at, lease)
            values
            ('mail', 'completed', 0, now(), 1, 3, null, 'a', '[]', now(), null),
            ('mail', 'discarded', 0, now(), 3, 3, '{"tenant":"x"}', 'pay',
             '[{"attempt":1,"at":"2026-01-01T00:00:00+00:00","error":"first"},
               {"attempt":3,"at":"2026-01-01T01:00:00+00:00","error":"IllegalStateException: no mail server"}]',
             now(), null),
            ('mail', 'available', 2, now() - interval '90 s', 0, null, null, decode('ff00', 'hex'), '[]', null, null),
            ('report', 'scheduled', 0, now() + interval '1 h', 0, 5, null, null, '[]', null, null),
            ('report', 'executing', 0, now(), 1, 5, null, null, '[]', null, 1),
            ('report', 'retryable', 9, now() + interval '1 h', 1, 5, null, null, '[]', null, null)
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
        pipeline.execute("truncate headgate.job, headgate.job_queue, headgate.job_lease, headgate.dead_letter"
                + " restart identity");
        pipeline.execute(ROWS);
        pipeline.execute("insert into headgate.job_lease (holder, expires_at) values ('somebody', now())");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list | 6,5,4,3,2,1",
                "list --limit 2 | 6,5",
                "list --queue mail | 3,2,1",
                "list --state DISCARDED | 2",
                "list --queue report --state executing | 5",
            })
    void a_filter_chooses_and_the_newest_comes_first(String command, String ids) throws IOException {
        JsonNode jobs = JSON.readTree(succeed(command + " --json").out());

        assertThat(jobs.findValuesAsText("id")).containsExactly(ids.split(","));
        assertThat(succeed(command).out().lines().skip(1).map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly(ids.split(","));
    }

    @Test
    void the_table_fits_a_terminal_whatever_is_in_it() {
        pipeline.execute("update headgate.job set queue = repeat('q', 500), errors = '[{\"error\": \"" + "e".repeat(500)
                + "\"}]'");

        assertThat(succeed("list").out().lines()).hasSize(7).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(120));
        assertThat(succeed("queues").out().lines()).hasSize(2).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(160));
    }

    @Test
    void an_empty_answer_says_so_and_is_an_empty_array_for_programs() throws IOException {
        assertThat(succeed("list --queue nothing").err()).isEqualTo("No jobs match.\n");
        assertThat(JSON.readTree(succeed("list --queue nothing --json").out())).isEmpty();
        assertThat(succeed("retry --queue nothing").out()).isEqualTo("0 jobs are retried.\n");
        pipeline.execute("truncate headgate.job");
        assertThat(succeed("queues").err()).isEqualTo("There are no queues.\n");
        assertThat(JSON.readTree(succeed("queues --json").out())).isEmpty();
    }

    @Test
    void all_of_one_is_shown_with_its_errors_and_its_payload() throws IOException {
        assertThat(succeed("show 2").out())
                .contains("state       discarded\n", "attempts    3 of 3\n", "header      tenant: x\n")
                .contains("attempt 3, 2026-01-01", "IllegalStateException: no mail server\n")
                .endsWith("payload     3 bytes\n\npay\n");
        assertThat(succeed("show 3").out()).endsWith("payload     2 bytes, base64\n\n/wA=\n");
        assertThat(succeed("show 5").out()).contains("process     somebody\n").endsWith("payload     none\n");
        JsonNode one = JSON.readTree(succeed("show 2 --json").out());
        assertThat(one.get("payload").asText()).isEqualTo("pay");
        assertThat(one.get("payloadBase64").asText()).isEqualTo("cGF5");
        assertThat(one.get("errors").get(1).get("error").asText()).endsWith("no mail server");
        assertThat(one.get("headers").get("tenant").asText()).isEqualTo("x");
        assertThat(JSON.readTree(succeed("show 5 --json").out()).get("payload").isNull())
                .isTrue();
    }

    @Test
    void queues_say_what_they_hold_how_late_they_are_and_whether_they_are_paused() throws IOException {
        assertThat(succeed("pause report").out()).isEqualTo("The queue report is paused.\n");

        JsonNode queues = JSON.readTree(succeed("queues --json").out());
        assertThat(queues.findValuesAsText("queue")).containsExactly("mail", "report");
        assertThat(queues.get(0).get("lagMillis").asLong()).isBetween(90_000L, 150_000L);
        assertThat(queues.get(0).get("paused").isNull()).isTrue();
        assertThat(queues.get(0).get("jobs").get("discarded").asLong()).isOne();
        assertThat(queues.get(0).get("jobs").get("scheduled").asLong()).isZero();
        assertThat(queues.get(1).get("lagMillis").asLong()).isZero();
        assertThat(queues.get(1).get("paused").asText()).startsWith("20");
        assertThat(succeed("queues").out().lines().skip(1))
                .satisfiesExactly(
                        mail -> assertThat(mail).contains("available 1", "completed 1", "discarded 1"),
                        report -> assertThat(report).contains("scheduled 1", "executing 1", "retryable 1"));
    }

    @Test
    void a_queue_is_paused_and_resumed_and_a_name_that_nobody_knows_is_told() throws IOException {
        assertThat(JSON.readTree(succeed("pause mail --json").out())
                        .get("paused")
                        .asBoolean())
                .isTrue();
        assertThat(succeed("pause mail").err()).isEmpty();
        assertThat(pipeline.texts("select name from headgate.job_queue where paused_at is not null"))
                .containsExactly("mail");
        assertThat(succeed("resume mail")).satisfies(run -> {
            assertThat(run.out()).isEqualTo("The queue mail is resumed.\n");
            assertThat(run.err()).isEmpty();
        });
        assertThat(succeed("resume mail").err()).isEqualTo("It was not paused.\n");
        assertThat(succeed("pause mial").err())
                .isEqualTo("Nothing is known of a queue mial: if that is not its name, resume it.\n");
    }

    @Test
    void a_job_is_enqueued_with_all_that_is_said_of_it() throws IOException {
        assertThat(succeed("enqueue mail hello --header tenant=y --header id=7 --priority 3 --delay 10m")
                        .out())
                .isEqualTo("Enqueued job 7.\n");
        assertThat(pipeline.text("select concat_ws(' ', queue, state, priority, convert_from(payload, 'UTF8'),"
                        + " headers ->> 'tenant', scheduled_at between now() + interval '9 min' and now() + interval '10 min')"
                        + " from headgate.job where id = 7"))
                .isEqualTo("mail scheduled 3 hello y t");

        Path file = Files.write(folder.resolve("payload"), new byte[] {0, -1});
        assertThat(JSON.readTree(succeed("enqueue mail --file " + file + " --json")
                                .out())
                        .get("id")
                        .asLong())
                .isEqualTo(8);
        assertThat(succeed("enqueue mail").out()).isEqualTo("Enqueued job 9.\n");
        assertThat(pipeline.texts("select coalesce(encode(payload, 'hex'), 'none') || ' ' || state"
                        + " from headgate.job where id in (8, 9) order by id"))
                .containsExactly("00ff available", "none available");
    }

    @Test
    void jobs_are_retried_and_cancelled_by_id_and_by_filter() throws IOException {
        assertThat(succeed("retry 1 2 6").out()).isEqualTo("3 jobs are retried.\n");
        assertThat(pipeline.texts(STATES))
                .containsExactly(
                        "1 available", "2 available", "3 available", "4 scheduled", "5 executing", "6 available");
        assertThat(pipeline.texts(
                        "select attempt || '/' || max_attempts from headgate.job where id in (2, 6) order by 1"))
                .containsExactly("1/5", "3/4");
        assertThat(JSON.readTree(succeed("cancel --queue report --json").out())
                        .get("jobs")
                        .asInt())
                .isEqualTo(3);
        assertThat(succeed("cancel 3").out()).isEqualTo("1 job is cancelled.\n");
        assertThat(pipeline.texts(STATES))
                .containsExactly(
                        "1 available", "2 available", "3 cancelled", "4 cancelled", "5 cancelled", "6 cancelled");
        assertThat(pipeline.texts("select id from headgate.job where lease is not null"))
                .as("whose handler has not ended")
                .containsExactly("5");
        assertThat(succeed("retry --queue report").out()).isEqualTo("2 jobs are retried.\n");
    }

    @Test
    void a_discarded_job_is_replayed_by_the_command_for_dead_letters() {
        pipeline.execute("insert into headgate.dead_letter"
                + " (pipeline, stage, reason, error, headers, payload, source, received_at, settled_at)"
                + " values ('mail', 'job:mail', 'outage', 'no mail server', '{\"tenant\":\"x\"}', 'pay', 'job:mail:2',"
                + " now(), now())");

        assertThat(HeadgateCommand.deadLetters(pipeline, "replay --pipeline mail --force")
                        .out())
                .isEqualTo("Sent 1 dead letter (mail 1).\n");
        assertThat(
                        pipeline.text(
                                "select state || attempt || (headers ->> 'tenant') || jsonb_array_length(errors) from headgate.job where id = 2"))
                .isEqualTo("available0x2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "show 99 | 1 | There is no job 99",
                "retry 2 99 | 1 | There is no job 99; none was retried.",
                "retry 2 5 | 1 | Job 5 is executing, and cannot be retried; none was retried.",
                "retry 3 | 1 | Job 3 is available, and cannot be retried",
                "cancel 3 1 | 1 | Job 1 is completed, and cannot be cancelled; none was cancelled.",
                "retry | 2 | Name ids, --queue or --state",
                "cancel | 2 | Name ids, --queue or --state",
                "cancel 3 --queue mail | 2 | Name ids, or --queue and --state, not both",
                "list --state lost | 2 | 'lost' is none of available, scheduled",
                "list --limit 0 | 2 | --limit must be 1 or more",
                "enqueue | 2 | QUEUE",
                "enqueue mail x --priority 10 | 2 | --priority must be from 0 to 9",
                "enqueue mail x --delay soon | 2 | is not a duration",
                "enqueue mail x --file y | 2 | not both",
                "enqueue mail --file nowhere | 1 | The file nowhere cannot be read",
                "pause | 2 | QUEUE",
                "show seven | 2 | 'seven' is not a long",
            })
    void what_cannot_be_done_is_one_line_and_changes_nothing(String command, int exitCode, String line) {
        List<String> before = pipeline.texts(STATES);

        HeadgateCommand.jobs(pipeline, command).failed(exitCode, line);

        assertThat(pipeline.texts(STATES)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"list", "show 1", "queues", "retry 1", "cancel 3", "enqueue mail", "pause mail", "resume mail"})
    void tables_of_another_version_are_one_line(String command) {
        pipeline.execute("alter schema headgate rename to elsewhere");
        try {
            HeadgateCommand.jobs(pipeline, command).failed(1, "The database has not the tables of this version");
        } finally {
            pipeline.execute("alter schema elsewhere rename to headgate");
        }
    }

    private static HeadgateCommand succeed(String words) {
        return HeadgateCommand.jobs(pipeline, words).succeeded();
    }
}

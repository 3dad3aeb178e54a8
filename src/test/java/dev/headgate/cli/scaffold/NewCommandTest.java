package dev.headgate.cli.scaffold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewCommandTest {

    private static final String SAMPLE = """
            {"paymentId": "p-1", "version": 1, "amount": 10, "user": "a", "paid_at": "2026-03-01T10:00:00Z", "tags": ["x"]}
            {"paymentId": "p-1", "version": 2, "amount": 10.5, "user": null, "paid_at": "2026-03-01T10:00:01+01:00", "day": "2026-03-01"}

            {"paymentId": "p-2", "version": 1, "amount": 7, "user": "b", "paid_at": "2026-03-01T10:00:02Z", "to": {"iban": "x"}}
            """;

    @TempDir
    Path above;

    @ParameterizedTest
    @CsvSource({
        "kafka, postgres, ",
        "kafka, postgres, kafka",
        "kafka, postgres, sqs",
        "kafka, postgres, http",
        "sqs, postgres, sqs",
        "kafka, s3, ",
        "sqs, s3, kafka"
    })
    void what_it_writes_passes_the_check(String from, String to, String outbox) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("new", above.resolve("payments").toString()));
        words.addAll(
                List.of("--from", from, "--to", to, "--sample", sample(SAMPLE).toString()));
        if (outbox != null) {
            words.addAll(List.of("--outbox", outbox));
        }

        CommandLineRun run = CommandLineRun.of(words.toArray(String[]::new));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(RoutesCheck.findings(above.resolve("payments"), null, Map.of(), false))
                .extracting(Finding::text)
                .isEmpty();
    }

    @Test
    void the_table_and_the_schema_are_what_the_messages_have_in_common() throws IOException {
        CommandLineRun.of(
                "new",
                above.resolve("payments").toString(),
                "--sample",
                sample(SAMPLE).toString());

        assertThat(above.resolve("payments/migrations/V1__payments.sql"))
                .content()
                .contains("""
                        create table payments (
                            "paymentId" text primary key,
                            version     bigint not null,
                            amount      numeric not null,
                            "user"      text,
                            paid_at     timestamptz not null,
                            tags        jsonb,
                            day         date,
                            "to"        jsonb
                        );
                        """);
        assertThat(above.resolve("payments/payments.schema.json"))
                .content()
                .contains("\"required\": [\"paymentId\", \"version\", \"amount\", \"paid_at\"]")
                .contains("\"amount\": { \"type\": \"number\" }")
                .contains("\"user\": { \"type\": [\"string\", \"null\"] }")
                .contains("\"tags\": { \"type\": [\"array\", \"null\"] }");
        assertThat(above.resolve("payments/sql/payments.sql"))
                .content()
                .contains("on conflict (\"paymentId\") do update", "where payments.version <= excluded.version");
    }

    @Test
    void lines_of_csv_become_columns_of_what_their_values_look_like() throws IOException {
        String folder = above.resolve("payments").toString();
        CommandLineRun run = CommandLineRun.of(
                "new",
                folder,
                "--format",
                "csv",
                "--outbox",
                "kafka",
                "--sample",
                sample("""
                                paymentId,version,amount,postcode,user,paid_at
                                p-1,1,10,01067,a,2026-03-01T10:00:00Z
                                p-1,2,10.50,01067,,2026-03-01T10:00:01Z
                                """).toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(RoutesCheck.findings(above.resolve("payments"), null, Map.of(), false))
                .extracting(Finding::text)
                .isEmpty();
        assertThat(above.resolve("payments/migrations/V1__payments.sql"))
                .content()
                .contains("version     bigint not null", "amount      numeric not null", "postcode    text not null")
                .contains("\"user\"      text,", "paid_at     timestamptz not null");
        assertThat(above.resolve("payments/payments.schema.json"))
                .content()
                .contains("\"amount\": { \"type\": \"string\" }", "\"user\": { \"type\": [\"string\", \"null\"] }");
        assertThat(above.resolve("payments/payments.sample.csv"))
                .hasContent("p-1,1,10,01067,a,2026-03-01T10:00:00Z\np-1,2,10.50,01067,,2026-03-01T10:00:01Z\n");
        assertThat(above.resolve("payments/payments.test.yaml"))
                .content()
                .contains("- text: 'p-1,1,10,01067,a,", "- {\"paymentId\":\"p-1\",\"version\":2}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a       | holds no message
            a,b\\n1 | line 2: 1 fields, where 2 have names
            a,\\n1,2 | line 1: expected the names
            a\\n"1  | line 2: no record of CSV
            """)
    void a_sample_of_csv_that_says_nothing_is_refused_with_its_line(String lines, String said) throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "new",
                above.resolve("payments").toString(),
                "--format",
                "csv",
                "--sample",
                sample(lines.replace("\\n", "\n")).toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).singleElement().asString().contains(said);
        assertThat(above.resolve("payments")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1}\\n[1]  | line 2: a message is a JSON object
            {"a": 1}\\n{"a" | line 2: no JSON
            {"a": true}     | No field of the sample can be a key
            {}              | holds no message with a field
            """)
    void a_sample_that_says_nothing_is_refused_with_its_line(String lines, String said) throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "new",
                above.resolve("payments").toString(),
                "--sample",
                sample(lines.replace("\\n", "\n")).toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).singleElement().asString().contains(said);
        assertThat(above.resolve("payments")).doesNotExist();
    }

    @Test
    void it_writes_over_nothing() throws IOException {
        Files.createDirectory(above.resolve("payments"));

        CommandLineRun run = CommandLineRun.of("new", above.resolve("payments").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("is there already");
        assertThat(above.resolve("payments")).isEmptyDirectory();
    }

    private Path sample(String lines) throws IOException {
        return Files.writeString(above.resolve("sample.jsonl"), lines);
    }
}

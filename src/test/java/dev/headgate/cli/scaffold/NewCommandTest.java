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

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            avro     | {"id":"a","order-no":1}  | The field order-no of the sample has a name that Avro and Protobuf do not take
            avro     | {"id":"a","x":[1,"b"]}   | The field x[] of the sample has values of several kinds
            protobuf | {"id":"a","x":{"y":[[1]]}} | The field x.y of the sample has arrays within an array
            """)
    void a_sample_that_no_schema_is_guessed_for_is_refused_with_its_field(String format, String line, String said)
            throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "new",
                above.resolve("payments").toString(),
                "--format",
                format,
                "--sample",
                sample(line).toString());
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.err()).contains(said);
        assertThat(above.resolve("payments")).doesNotExist();
    }

    @Test
    void a_queue_takes_no_binary_format() {
        CommandLineRun run =
                CommandLineRun.of("new", above.resolve("payments").toString(), "--format", "avro", "--from", "sqs");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--format avro is for --from kafka, as SQS takes text only");
    }

    @Test
    void a_schema_of_each_format_is_guessed() throws IOException {
        Path lines = sample("""
                {"id":"a","n":1,"x":1.5,"at":"2026-03-01T10:00:00Z","day":"2026-03-01","in":{"b":true},"l":[{"k":1}],"e":[]}
                {"id":"b","n":2,"x":1,"at":"2026-03-01T10:00:00Z","day":null,"in":{},"l":[{"k":null}],"e":[]}
                """);
        for (String format : List.of("avro", "protobuf")) {
            CommandLineRun run = CommandLineRun.of(
                    "new", above.resolve(format).toString(), "--format", format, "--sample", lines.toString());
            assertThat(run.exitCode()).as(run.err()).isZero();
        }
        assertThat(Files.readString(above.resolve("avro/avro.avsc")).replaceAll("\\s", ""))
                .isEqualTo(("{'type':'record','name':'Avro','fields':[{'name':'id','type':'string'},"
                                + "{'name':'n','type':'long'},{'name':'x','type':'double'},"
                                + "{'name':'at','type':{'type':'long','logicalType':'timestamp-micros'}},"
                                + "{'name':'day','type':['null',{'type':'int','logicalType':'date'}],'default':null},"
                                + "{'name':'in','type':{'type':'record','name':'AvroIn','fields':[{'name':'b','type':"
                                + "['null','boolean'],'default':null}]}},"
                                + "{'name':'l','type':{'type':'array','items':{'type':'record','name':'AvroL','fields':"
                                + "[{'name':'k','type':['null','long'],'default':null}]}}},"
                                + "{'name':'e','type':{'type':'array','items':'string'}}]}")
                        .replace("'", "\""));
        assertThat(above.resolve("protobuf/protobuf.proto")).hasContent("""
                syntax = "proto3";

                import "google/protobuf/timestamp.proto";

                message Protobuf {
                  message In {
                    optional bool b = 1;
                  }
                  message L {
                    optional int64 k = 1;
                  }
                  string id = 1;
                  int64 n = 2;
                  double x = 3;
                  google.protobuf.Timestamp at = 4;
                  optional string day = 5;
                  In in = 6;
                  repeated L l = 7;
                  repeated string e = 8;
                }
                """);
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

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.cli.CommandLineRun;
import dev.headgate.devservices.DevKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                        "~ payments {\"payment_id\":\"p-1\"} amount: 19.90 → 21.90, version: 1 → 2",
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

    @Test
    void a_new_pipeline_of_csv_passes_its_test() {
        String lines = folder.resolve("lines").toString();
        assertThat(CommandLineRun.of("new", lines, "--format", "csv").exitCode())
                .isZero();
        CommandLineRun tested = CommandLineRun.of("test", lines);
        assertThat(tested.out()).as(tested.err()).isEqualTo("passed lines.test.yaml\n");
    }

    /** Its sample and its test say what messages mean, which are bytes of the schema that is guessed. */
    @ParameterizedTest
    @ValueSource(strings = {"avro", "protobuf"})
    void a_new_pipeline_of_a_binary_format_passes_its_check_its_test_and_a_try(String format) throws Exception {
        String given = folder.resolve("given").toString();
        assertThat(CommandLineRun.of("new", given, "--format", format).exitCode())
                .isZero();
        assertThat(CommandLineRun.of("test", given).out()).isEqualTo("passed given.test.yaml\n");

        Path sample = Files.writeString(folder.resolve("sample.jsonl"), """
                {"order_id":"o-1","version":1,"amount":19.99,"paid":true,"day":"2026-01-02","at":"2026-01-02T03:04:05Z","items":[{"sku":"a","tags":["x"]},{"sku":"b"}],"address":{"street":"Weg","zip":null}}
                {"order_id":"o-1","version":2,"amount":20,"at":"2026-01-02T03:04:05.006Z","items":[],"address":{"street":"Weg","zip":"01067"}}
                """);
        String orders = folder.resolve("orders").toString();
        CommandLineRun made = CommandLineRun.of(
                "new", orders, "--format", format, "--outbox", "kafka", "--sample", sample.toString());
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(CommandLineRun.of("check", orders).out()).endsWith("no errors, no warnings\n");
        CommandLineRun tested = CommandLineRun.of("test", orders);
        assertThat(tested.out()).as(tested.err()).isEqualTo("passed orders.test.yaml\n");
        CommandLineRun tried = CommandLineRun.of("try", orders, "--input", orders + "/orders.sample.jsonl");
        assertThat(tried.out())
                .as(tried.err())
                .contains("\"order_id\":\"o-1\"", "\"amount\":19.99", "2 messages, 0 dead letters");

        Path test = folder.resolve("orders/orders.test.yaml");
        String text = Files.readString(test);
        Files.writeString(test, text.replace("messages:\n", "messages:\n  - base64: AQID\n"));
        String reason = "avro".equals(format) ? "broken Avro" : "broken Protobuf";
        assertThat(CommandLineRun.of("test", orders).out()).contains("failed orders.test.yaml", reason);
        Files.writeString(test, text.replace("messages:\n", "messages:\n  - value: { order_id: 1 }\n"));
        CommandLineRun wrong = CommandLineRun.of("test", orders);
        assertThat(wrong.exitCode()).isNotZero();
        assertThat(wrong.err())
                .contains("does not fit the schema", "$.order_id: expected a text, found 1", "with text or base64");
    }

    /** Its key and headers come with a message; no group has read it. */
    @Test
    void a_topic_gives_the_sample_and_the_messages_to_try() throws Exception {
        try (DevKafka kafka = DevKafka.start(folder.resolve("kafka"))) {
            Map<String, Object> servers = Map.of("bootstrap.servers", kafka.bootstrapServers());
            kafka.createTopic("payments", 2, Map.of());
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(servers, new StringSerializer(), new StringSerializer())) {
                for (int i = 1; i <= 12; i++) {
                    String payment = "{\"payment_id\": \"p-%d\",\n \"amount\": 1.50}".formatted(i);
                    ProducerRecord<String, String> sent =
                            new ProducerRecord<>("payments", i % 2, 1_000_000L + i, "p-" + i, payment);
                    sent.headers().add("message-id", ("m-" + i).getBytes(StandardCharsets.UTF_8));
                    producer.send(sent).get();
                }
            }
            Path config = Files.writeString(
                    folder.resolve("kafka.properties"), "camel.component.kafka.brokers=" + kafka.bootstrapServers());

            CommandLineRun made = CommandLineRun.of(
                    "new",
                    folder.resolve("payments").toString(),
                    "--sample-topic",
                    "payments",
                    "--config",
                    config.toString());
            assertThat(made.exitCode()).as(made.err()).isZero();
            assertThat(folder.resolve("payments/migrations/V1__payments.sql"))
                    .content()
                    .contains("payment_id text primary key", "amount     numeric not null");
            Files.writeString(
                    folder.resolve("payments/application.properties"),
                    Files.readString(folder.resolve("payments/application.properties"))
                            .replaceAll("(?m)^camel.component.kafka.brokers.*$", Files.readString(config)));
            CommandLineRun tried = CommandLineRun.of(
                    "try", folder.resolve("payments").toString(), "--topic", "payments", "--count", "2");
            assertThat(tried.exitCode()).as(tried.out() + tried.err()).isZero();
            assertThat(tried.out())
                    .contains(
                            "1. {\"payment_id\": \"p-11\"",
                            "2. {\"payment_id\": \"p-12\"",
                            "2 messages, 0 dead letters");
            try (Admin admin = Admin.create(servers)) {
                assertThat(admin.listGroups().all().get()).isEmpty();
            }
            CommandLineRun missing =
                    CommandLineRun.of("try", folder.resolve("payments").toString(), "--topic", "paiments");
            assertThat(missing.exitCode()).isEqualTo(1);
            assertThat(missing.err()).contains("There is no topic paiments: check its spelling.");
        }
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

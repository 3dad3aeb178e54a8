package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.outbox.Webhook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.model.Message;

/** Promise 4 from SQS to SQS with the shipped files, and to HTTP with the YAML of the documentation. */
class RelayIT {

    private static final Pattern EXAMPLE =
            Pattern.compile("```yaml\n(- route:\n    id: orders-webhook\n.*?)```", Pattern.DOTALL);

    @Test
    void from_sqs_to_postgres_to_sqs_without_kafka() {
        try (SqsPipeline pipeline = new SqsPipeline();
                Headgate headgate = pipeline.start(Map.of())) {
            for (int i = 0; i < 30; i++) {
                pipeline.sendOrder("o" + i, "a" + i, 1);
            }
            String applied = pipeline.url("orders-applied");
            List<String> ids = new ArrayList<>();
            Pipeline.await().until(() -> {
                for (Message message : pipeline.sqs
                        .client()
                        .receiveMessage(request -> request.queueUrl(applied)
                                .maxNumberOfMessages(10)
                                .messageAttributeNames("All"))
                        .messages()) {
                    ids.add(message.messageAttributes().get("message-id").stringValue());
                }
                return ids.size() >= 30;
            });
            assertThat(ids)
                    .containsExactlyInAnyOrderElementsOf(pipeline.tables.texts(
                            "select i.id || '-' || o.id from headgate.outbox o, headgate.installation i"));
            assertThat(headgate.camelContext().isStarted()).isTrue();
        }
    }

    @Test
    void to_http_as_documented(@TempDir Path routes) throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("src/docs/outbox.md")));
        assertThat(example.find()).isTrue();
        Files.writeString(routes.resolve("orders-webhook.camel.yaml"), example.group(1));
        try (Pipeline pipeline = new Pipeline(1);
                Webhook webhook = new Webhook()) {
            pipeline.start(routes, Map.of("orders.webhook", webhook.url()), Map.of());
            webhook.answer(id -> id.endsWith("-7") ? 404 : 200);
            pipeline.execute("insert into headgate.outbox (pipeline, destination, key, headers, payload)"
                    + " select 'orders', 'orders-webhook', 'ö' || i % 5, '{\"CamelHttpUri\":\"http://127.0.0.1:1/\"}',"
                    + " convert_to(i::text, 'UTF8') from generate_series(1, 40) i");

            Pipeline.await()
                    .until(() ->
                            pipeline.count("select count(*) from headgate.outbox where delivered_at is null") == 0);
            assertThat(webhook.accepted())
                    .hasSize(39)
                    .allMatch(request -> request.method().equals("POST")
                            && request.contentType().equals("application/json")
                            && request.id().endsWith("-" + request.body()));
            assertThat(pipeline.texts("select stage || ' ' || reason from headgate.dead_letter"))
                    .containsExactly("outbox:orders-webhook HTTP 404");
        }
    }
}

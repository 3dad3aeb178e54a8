package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.devservices.DevSqs;
import dev.headgate.outbox.FaultySqs.Fault;
import dev.headgate.sqs.BulkSqsComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.component.aws2.sqs.Sqs2Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Into a FIFO queue, which has an order to keep. */
class OutboxSqsIT extends RelayTargetContract {

    private static DevSqs sqs;
    private static int queues;

    private final FaultySqs faults = new FaultySqs();
    private final List<Message> messages = new ArrayList<>();
    private String url;

    @BeforeAll
    static void startSqs() {
        sqs = DevSqs.start();
    }

    @AfterAll
    static void stopSqs() {
        sqs.close();
    }

    @Override
    String prepare(CamelContext context) {
        String queue = "applied-" + ++queues + ".fifo";
        url = sqs.createQueue(queue, Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        Sqs2Configuration configuration = new Sqs2Configuration();
        configuration.setAmazonSQSClient(faults.around(sqs.client()));
        BulkSqsComponent component = new BulkSqsComponent();
        component.setConfiguration(configuration);
        context.addComponent("aws2-sqs", component);
        return "aws2-sqs:" + queue;
    }

    @Override
    String options() {
        return "";
    }

    @Override
    void answer(Answers answers) {
        faults.fail(entry -> switch (answers.to(
                entry.messageAttributes().get("message-id").stringValue())) {
            case TAKEN -> null;
            case UNAVAILABLE -> new Fault("InternalError", false);
            case REFUSED -> new Fault("InvalidMessageContents", true);
        });
    }

    @Override
    List<String> taken() {
        receive();
        return messages.stream()
                .map(message -> message.messageAttributes().get("message-id").stringValue())
                .toList();
    }

    @Test
    void ten_travel_together_with_their_attributes_group_and_deduplication_id() {
        database.sql.update("""
                insert into headgate.outbox (pipeline, destination, key, headers, payload)
                select 'test', 'orders', 'key-' || i, '{"trace":"t","none":""}', convert_to('é' || i, 'UTF8')
                from generate_series(1, 100) i
                """);
        awaitDelivered();

        assertThat(faults.batches).hasSize(10).containsOnly(10);
        assertThat(taken()).hasSize(100);
        assertThat(messages).allSatisfy(message -> {
            Map<String, String> attributes = message.messageAttributes().entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().stringValue()));
            assertThat(attributes)
                    .containsEntry("content-type", "application/json")
                    .containsEntry("trace", "t")
                    .containsKey("message-id")
                    .doesNotContainKey("none");
            String id = attributes.get("message-id");
            assertThat(message.attributes())
                    .containsEntry(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID, id)
                    .containsEntry(
                            MessageSystemAttributeName.MESSAGE_GROUP_ID,
                            database.sql.queryForObject(
                                    "select key from headgate.outbox where id = ?", String.class, Receiver.entry(id)));
            assertThat(message.body()).startsWith("é");
        });
    }

    @Test
    void an_entry_that_is_sent_again_after_a_crash_is_there_once() {
        database.write("orders", 5, 5);
        awaitDelivered();
        database.sql.update("update headgate.outbox set delivered_at = null");
        awaitDelivered();
        assertThat(faults.batches).containsExactly(5, 5);
        assertThat(taken()).hasSize(5);
    }

    @Test
    void a_batch_keeps_below_the_limit_of_a_request() {
        insert("", "convert_to(repeat('x', 100000), 'UTF8')", 7);
        awaitDelivered();
        assertThat(faults.batches).containsExactlyInAnyOrder(2, 2, 2, 1);
        assertThat(taken()).hasSize(7);
    }

    @Test
    void what_sqs_can_never_take_is_refused_with_its_reason_and_what_is_beside_it_arrives() {
        database.write("orders", 20, 20);
        insert("", "null", 1);
        insert("", "'\\xff'::bytea", 1);
        insert("", "convert_to('a' || chr(1), 'UTF8')", 1);
        insert("", "convert_to(repeat('x', 1100000), 'UTF8')", 1);
        insert("{\"a b\":\"c\"}", "'x'", 1);
        String eleven = java.util.stream.IntStream.range(0, 9)
                .mapToObj(i -> "\"h" + i + "\":\"v\"")
                .collect(Collectors.joining(",", "{", "}"));
        insert(eleven, "'x'", 1);

        await().atMost(SOON).until(() -> database.count("true") == 20);
        awaitDelivered();
        assertThat(taken()).hasSize(20);
        assertThat(database.sql.queryForList("select reason from headgate.dead_letter order by source", String.class))
                .contains(
                        "empty for SQS",
                        "not text for SQS",
                        "character not for SQS",
                        "too large for SQS",
                        "header's name not for SQS",
                        "too many headers for SQS")
                .hasSize(6);
    }

    private void insert(String headers, String payload, int entries) {
        database.sql.update(
                "insert into headgate.outbox (pipeline, destination, key, headers, payload)"
                        + " select 'test', 'orders', 'own-' || i, nullif(?, '')::json, " + payload
                        + " from generate_series(1, ?) i",
                headers,
                entries);
    }

    /** All that can be received, in order. */
    private void receive() {
        List<Message> some;
        do {
            some = sqs.client()
                    .receiveMessage(request -> request.queueUrl(url)
                            .maxNumberOfMessages(10)
                            .messageAttributeNames("All")
                            .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                    .messages();
            for (Message message : some) {
                messages.add(message);
                sqs.client().deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
            }
        } while (!some.isEmpty());
    }
}

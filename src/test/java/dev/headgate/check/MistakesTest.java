package dev.headgate.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

/** The shipped routes with one thing changed, as it happens to people: it is the one thing that is found, where it stands. */
class MistakesTest {

    @TempDir
    Path folder;

    @BeforeEach
    void shipped() throws IOException {
        FileSystemUtils.copyRecursively(Path.of("routes"), folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "avro", "s3", "sqs", "sqs-s3"})
    void in_what_is_shipped_nothing_is_found(String routes) {
        assertThat(findings(folder.resolve(routes))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            orders.camel.yaml | from:\\n      uri: kafka | form:\\n      uri: kafka | line 10, column 5: `route` has no `form`: did you mean `from`, which it must have?
            orders.camel.yaml | - throttle: | - throtle: | line 14, column 11: `steps` has no `throtle`: did you mean `throttle`?
            orders.camel.yaml | ref: messageId | ref: mesageId | line 17, column 18: there is no bean mesageId in the registry: did you mean messageId?
            orders.camel.yaml | "#ledger" | "#ledgr" | line 18, column 35: there is no bean ledgr in the registry: did you mean ledger?
            orders.camel.yaml | steps:\\n              - to: { id: orders-v | stepz:\\n              - to: { id: orders-v | line 19, column 13: `idempotentConsumer` has no `stepz`: did you mean `steps`?
            orders.camel.yaml | idempotentRepository | idempotentRepo | line 18, column 13: `idempotentConsumer` has no `idempotentRepo`: did you mean `idempotentRepository`, which it must have?
            orders.camel.yaml | id: orders-write | id: orders | line 24, column 9: the id orders is there already, in orders.camel.yaml, line 8
            orders.camel.yaml | id: orders-outbox | id: orders-state | the id orders-state is there already, in orders.camel.yaml, line 35
            orders.camel.yaml | uri: "batch:orders" } | uri: "batch:order" } | line 21: Route orders, step orders-batch (to) sends to batch:order, from which no route consumes: add a route from
            orders.camel.yaml | uri: "batch:orders" } | uri: "btch:orders" } | line 21, column 46: no component has the scheme btch: did you mean batch?
            orders.camel.yaml | uri: kafka:{{orders.topic}} | uri: kafak:{{orders.topic}} | line 11, column 12: no component has the scheme kafak: did you mean kafka?
            orders.camel.yaml | uri: kafka:{{orders.topic}} | uri: jms:{{orders.topic}} | line 11, column 12: no component has the scheme jms: jms is one of Camel's: put its jar into the folder plugins; src/docs/plugins.md says how.
            orders.camel.yaml | - transacted: {} | - unmarshal: { csv: {} } | line 34: the data format csv is not on the class path: put its jar into the folder plugins
            orders.camel.yaml | - transacted: {} | - setBody: { jq: "." } | line 34: the language jq is not on the class path: put its jar into the folder plugins
            orders.camel.yaml | groupId: | groupIdd: | line 12, column 21: kafka: has no option `groupIdd`: did you mean `groupId`?
            orders.camel.yaml | consumersCount: "{{orders.consumers}}" | consumersCount: many | line 12, column 66: option `consumersCount` of kafka: is 'many': expected is a whole number.
            orders.camel.yaml | groupId: "{{orders.group}}", | | line 11: the route orders reads without a groupId
            orders.camel.yaml | uri: kafka:{{orders.topic}} | uri: kafka:{{orders.topik}} | line 11, column 12: the placeholder {{orders.topik}} has no value: did you mean {{orders.topic}}?
            orders.camel.yaml | "{{orders.max-rate}}" | {{orders.max-rate}} | line 14, column 54: YAML error: {{orders.max-rate}} is no text without quotes
            orders.camel.yaml | constant: "{{orders.max-rate}}" | simple: "${header.rate" | line 14, column 52: '${header.rate' is no expression in Camel's simple language
            orders.camel.yaml | json-schema:orders.schema.json | json-schema:order.schema.json | line 20, column 49: The JSON Schema
            orders.camel.yaml | json-schema:orders.schema.json | decode:avro?schema=orders.avsc | line 20, column 49: decode: cannot be as it is (
            outbox-relay.camel.yaml | - to: { id: orders-applied-send | - to: { id: encode, uri: "encode:avro?subject=s" }\\n        - to: { id: orders-applied-send | line 12, column 34: encode: cannot be as it is (
            outbox-relay.camel.yaml | "kafka:{{orders.applied-topic}}" | "encode:avro?registry=http://r:8081" | line 12, column 47: encode: takes its subject from the one topic that its route sends to, and this one sends to 0: say it
            orders.camel.yaml | json-schema:orders.schema.json | decode:avro?registy=http://r:8081 | line 20, column 49: decode: has no option `registy`: did you mean `registry`?
            orders.camel.yaml | sql/orders-state.sql" } | sql/order-state.sql" } | line 35: Route orders-write, step orders-state (to): file:
            orders.camel.yaml | - transacted: {} | - wireTap: { uri: "direct:audit" } | line 34, column 27: no route consumes from direct:audit: add a route
            orders.camel.yaml | - route:\\n    id: orders-write | - rout:\\n    id: orders-write | line 23, column 3: `a file of routes` has no `rout`: did you mean `route`?
            orders.camel.yaml | description: Takes | \\tdescription: Takes | line 9, column 5: YAML error: found character '\\t(TAB)' that cannot start any token
            orders.camel.yaml | `id: orders\\n    ` | | line 10: the route from kafka:orders has no id
            orders.camel.yaml | uri: kafka:{{orders.topic}}\\n      parameters: { groupId: "{{orders.group}}", consumersCount: "{{orders.consumers}}" } | uri: timer:tick | line 11: the route orders leads to batch:, and timer:tick takes no acknowledgement
            orders.camel.yaml | - throttle: { id: orders-throttle, constant: "{{orders.max-rate}}" } | - threads: {} | line 14: Route orders, step (threads) stands between a source and batch:orders and can lose messages
            orders.camel.yaml | headerColumns: channel text | headerColumns: channel text\\n        maxSize: 0 | line 27, column 12: batch: cannot be as it is
            orders.camel.yaml | headerColumns: channel text | headerColumns: channel text\\n        linger: soon | line 33, column 17: option `linger` of batch: is 'soon': expected is a duration
            orders.camel.yaml | headerColumns: channel text | headerColumns: channel text\\n        onReject: hold | line 33, column 19: option `onReject` of batch: is 'hold'
            orders.camel.yaml | - transacted: {} | - to: { uri: "outbox:orders-applied" } | line 34, column 22: nothing can be sent to the component outbox: write entries by SQL
            outbox-relay.camel.yaml | { exactlyOnce: true } | { concurency: 4 } | line 10, column 21: outbox: has no option `concurency`: did you mean `concurrency`?
            receipts.camel.yaml | maxAttempts: 10 | maxAttempts: ten | option `maxAttempts` of job: is 'ten': expected is a whole number.
            receipts.camel.yaml | timeout: 30s | timeout: 30 seconds | option `timeout` of job: is '30 seconds': expected is a duration
            receipts.camel.yaml | id: send-receipt | id: orders | the id orders is there already, in orders.camel.yaml, line 8
            orders.schema.json | "type": "integer", "minimum": 1 } | "type": "objct", "minimum": 1 } | line 8, column 26: properties.version.type is "objct": did you mean "object"? Expected is one of array, boolean
            orders.schema.json | "required": ["order_id", "version", | "requird": ["order_id", "version", | JSON Schema has no word "requird", and what it says would not count: did you mean "required"?
            orders.schema.json | "maxLength": 64 | "maxLength": "64" | line 7, column 66: properties.order_id.maxLength is "64"
            orders.schema.json | "enum": ["new", | "enum": ["new" | the JSON Schema is no JSON
            orders.schema.json | "minLength": 1, "maxLength": 64 | "minLenght": 1, "maxLength": 64 | has no word "minLenght", and what it says would not count: did you mean "minLength"?
            application.properties | headgate.database.url | headgate.database.ulr | line 3: Unknown key headgate.database.ulr: did you mean headgate.database.url?
            application.properties | camel.component.kafka.brokers | camel.component.kafka.brokrs | line 2: Camel knows no property camel.component.kafka.brokrs
            application.properties | camel.component | camel.komponent | line 2: Unknown key camel.komponent.kafka.brokers: did you mean
            application.properties | orders.topic=orders | headgate.purge-interval=daily\\norders.topic=orders | line 8: headgate.purge-interval is 'daily': expected a duration
            application.properties | orders.max-rate= | orders.maxrate= | the placeholder {{orders.max-rate}} has no value: did you mean {{orders.maxrate}}?
            application.properties | orders.group=headgate-orders | orders.group= | line 11: the route orders reads without a groupId
            """)
    void a_mistake_is_found_where_it_stands(String file, String written, String instead, String expected)
            throws IOException {
        change(file, written, instead == null ? "" : instead);

        assertThat(findings(folder))
                .filteredOn(finding -> !finding.warning())
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains(expected))
                .satisfies(finding -> assertThat(finding.file()).startsWith(folder.toString()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            sql/orders-outbox.sql | 'orders-applied' | 'orders-aplied' | line 4: entries for 'orders-aplied' are written, and no route relays them: did you mean 'orders-applied'?
            sql/orders-receipts.sql | 'send-receipt' | 'send-receipts' | line 3: jobs of the queue 'send-receipts' are enqueued, and no route executes them: did you mean 'send-receipt'?
            orders.schema.json | "currency", "status" | "currncy", "status" | line 5, column 61: "currncy" is required and not among the properties: did you mean "currency"?
            orders.camel.yaml | uri: "batch:orders" } | uri: "batch:orders", parameters: { linger: 5s } } | line 21, column 76: option `linger` of batch: has no effect where it is sent to
            """)
    void what_may_be_meant_is_a_warning(String file, String written, String instead, String expected)
            throws IOException {
        change(file, written, instead);

        assertThat(findings(folder))
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains(expected))
                .satisfies(finding -> assertThat(finding.warning()).isTrue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            layout: "{pipeline}/{field:}/{batchId}.ndjson.gz" | a name behind field:, such as {field:country}
            layout: "{pipeline}/{YYYY-MM-dd}/{batchId}.ndjson.gz" | a year of yyyy
            layout: "{pipeline}/{batchId}.parquet" | set the option schema to its file
            time: placed_at | The time is 'placed_at'; expected arrival, or field:NAME
            """)
    void a_wrong_option_of_objects_is_found(String option, String expected) throws IOException {
        change("s3/orders-archive.camel.yaml", "time: \"{{orders-archive.time}}\"", option);

        assertThat(findings(folder.resolve("s3"))).singleElement().satisfies(finding -> assertThat(finding.text())
                .contains("s3/orders-archive.camel.yaml, line 31, column 18: ")
                .contains(expected));
    }

    @Test
    void all_mistakes_are_found_at_once() throws IOException {
        change("orders.camel.yaml", "groupId:", "groupIdd:");
        change("orders.camel.yaml", "- throttle:", "- throtle:");
        change("orders.schema.json", "\"type\": \"integer\", \"minimum\": 1 }", "\"type\": \"objct\" }");
        change("outbox-relay.camel.yaml", "uri: outbox:orders-applied", "uri: outbux:orders-applied");
        change("application.properties", "camel.component.kafka.brokers", "camel.component.kafka.brokrs");
        change("application.properties", "headgate.database.user", "headgate.database.usr");
        Files.writeString(folder.resolve("more.camel.yml"), "- route: {}\n");

        assertThat(findings(folder))
                .extracting(finding -> folder.relativize(Path.of(finding.file())) + " " + finding.line())
                .contains(
                        "application.properties 2",
                        "application.properties 4",
                        "more.camel.yml 0",
                        "orders.camel.yaml 12",
                        "orders.camel.yaml 14",
                        "orders.schema.json 8",
                        "outbox-relay.camel.yaml 9");
    }

    /** In {@code \n} of the table is a line break, in {@code \t} a tab. */
    private void change(String file, String written, String instead) throws IOException {
        Path path = folder.resolve(file);
        String text = Files.readString(path);
        String found = unescaped(written);
        assertThat(text).contains(found);
        int at = text.indexOf(found);
        Files.writeString(path, text.substring(0, at) + unescaped(instead) + text.substring(at + found.length()));
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n").replace("\\t", "\t");
    }

    private static List<Finding> findings(Path folder) {
        return RoutesCheck.findings(folder, null, Map.of(), false);
    }
}

package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.devservices.DevRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promises 1, 2 and 3 for messages in other formats than JSON. */
class DecodeIT {

    private static final Schema SCHEMA = new Schema.Parser().parse("""
            {"type":"record","name":"Item","fields":[
              {"name":"id","type":"string"},
              {"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":2}},
              {"name":"quantity","type":"long"},
              {"name":"status","type":{"type":"enum","name":"Status","symbols":["OPEN","PAID"]}},
              {"name":"day","type":["null",{"type":"int","logicalType":"date"}]},
              {"name":"at","type":{"type":"long","logicalType":"timestamp-micros"}},
              {"name":"uid","type":{"type":"string","logicalType":"uuid"}},
              {"name":"raw","type":"bytes"},
              {"name":"tags","type":{"type":"array","items":"string"}},
              {"name":"more","type":{"type":"map","values":"double"}}]}""");
    private static final String COLUMNS =
            "id text, amount numeric, quantity bigint, status text, day date, at timestamptz,"
                    + " uid uuid, raw bytea, tags text[], more jsonb";
    private static final String ORDER =
            "order_id text, customer bigint, status text, cents integer, placed_at timestamptz, within interval,"
                    + " ratings integer[], card text, discount integer, extra jsonb, raw bytea, gift boolean, largest numeric";
    private static final String UID = "00010203-0405-0607-0809-0a0b0c0d0e0f";

    @Test
    void typed_columns_an_id_that_is_waited_for_and_dead_letters_as_they_came(@TempDir Path folder) throws Exception {
        try (Pipeline pipeline = new Pipeline(2);
                DevRegistry registry = DevRegistry.start()) {
            registry.answer("/schemas/ids/7", schema());
            registry.answer("/schemas/ids/21", protobuf("order.proto", "shop/money.proto"));
            registry.answer("/subjects/shop%2Fmoney.proto/versions/1", protobuf("shop/money.proto", null));
            routes(folder, pipeline.topic, registry.url());
            pipeline.start(folder, Map.of(), Map.of());

            byte[] typed = wire(7, item("a", "19.90", Long.MAX_VALUE));
            send(pipeline, 0, "a-1", typed);
            send(pipeline, 0, "a-2", gzip(wire(7, item("b", "-0.01", 1))));
            // What a step refuses, and what the batch does: the column is not null.
            byte[] broken = wire(7, new byte[] {40, 'x'});
            send(pipeline, 0, "broken", broken);
            byte[] refused = wire(7, item("", "1.00", 1));
            send(pipeline, 0, "refused", refused);
            send(pipeline, 0, "a-1", typed);
            byte[] other = wire(7, item("a", "0.00", 0));
            send(pipeline, 0, "a-1", other);
            send(pipeline, 0, "gone", null);
            // What protoc wrote, behind the number of its message in the schema.
            byte[] order = wire(21, concat(new byte[] {0}, file("order.bin")));
            send(pipeline, "protobuf", "o-1", order);
            byte[] cut = Arrays.copyOf(order, order.length - 1);
            send(pipeline, "protobuf", "cut", cut);
            send(pipeline, "csv", "c-1", "c,0.10,5,2026-01-02,\\x00ff".getBytes(UTF_8));
            byte[] lines = "c,1,1,,\nd,1,1,,".getBytes(UTF_8);
            send(pipeline, "csv", "lines", lines);
            send(pipeline, "file", "f-1", file(item("f", "0.30", 7)));
            byte[] files = file(item("f", "0.30", 7), item("g", "0.30", 7));
            send(pipeline, "file", "files", files);
            // The same id of two sources, and one of them twice.
            sendEvent(pipeline, "/eu", "e-eu");
            sendEvent(pipeline, "/us", "e-us");
            sendEvent(pipeline, "/eu", "e-eu");
            byte[] event = event("/eu", "e-other");
            sendStructured(pipeline, event);
            sendStructured(pipeline, event("/ca", "e-ca"));
            byte[] noEvent = "{\"specversion\":\"1.0\"}".getBytes(UTF_8);
            sendStructured(pipeline, noEvent);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(19));

            assertThat(pipeline.texts("select row(orders.*)::text from orders"))
                    .containsExactly("(o-1,9223372036854775807,PAID,1990,\"2026-01-02 03:04:05.000006+00\",00:00:01.5,"
                            + "\"{5,-1,300}\",,0,\"{\"\"l\"\": [1.5, true, {}], \"\"n\"\": null}\",\"\\\\x00ff\",t,"
                            + "18446744073709551615)");

            assertThat(pipeline.texts("select row(items.*)::text from items where uid is not null order by id"))
                    .containsExactly(
                            "(a,19.90,9223372036854775807,PAID,2026-01-02,\"2026-01-02 03:04:05.000006+00\"," + UID
                                    + ",\"\\\\x00ff\",\"{x,\"\"y\\\\\"\"z\"\"}\",\"{\"\"k\"\": 0.5}\")",
                            "(b,-0.01,1,PAID,2026-01-02,\"2026-01-02 03:04:05.000006+00\"," + UID
                                    + ",\"\\\\x00ff\",\"{x,\"\"y\\\\\"\"z\"\"}\",\"{\"\"k\"\": 0.5}\")",
                            "(f,0.30,7,PAID,2026-01-02,\"2026-01-02 03:04:05.000006+00\"," + UID
                                    + ",\"\\\\x00ff\",\"{x,\"\"y\\\\\"\"z\"\"}\",\"{\"\"k\"\": 0.5}\")");
            assertThat(pipeline.texts("select concat_ws(' ', id, amount, quantity, day, raw) from items"
                            + " where uid is null order by id"))
                    .containsExactly("c 0.10 5 2026-01-02 \\x00ff", "e-ca 1.50 2", "e-eu 1.50 2", "e-us 1.50 2");
            assertThat(pipeline.texts(
                            "select coalesce(headers ->> 'message-id', 'event') || ': ' || reason || ' ' || encode(payload, 'hex')"
                                    + " from headgate.dead_letter order by 1"))
                    .containsExactly(
                            "a-1: id used before with other content " + hex(other),
                            "broken: broken Avro " + hex(broken),
                            "cut: broken Protobuf " + hex(cut),
                            "event: broken CloudEvent " + hex(noEvent),
                            "event: id used before with other content " + hex(event),
                            "files: several records " + hex(files),
                            "lines: several records " + hex(lines),
                            "refused: SQLSTATE 23514 " + hex(refused));

            send(pipeline, 0, "late", wire(8, item("late", "1.00", 1)));
            send(pipeline, 0, "behind", wire(7, item("behind", "1.00", 1)));
            send(pipeline, 1, "beside", wire(7, item("beside", "1.00", 1)));
            pipeline.flush();
            Pipeline.await().until(() -> registry.asked() >= 6);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(20));
            assertThat(pipeline.texts("select id from items where id in ('behind', 'beside', 'late') order by id"))
                    .containsExactly("beside");
            registry.answer("/schemas/ids/8", schema());
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(22));
            assertThat(pipeline.texts("select id from items where id in ('behind', 'beside', 'late') order by id"))
                    .containsExactly("behind", "beside", "late");
            assertThat(pipeline.count("select count(*) from headgate.dead_letter"))
                    .isEqualTo(8);
        }
    }

    private static void routes(Path folder, String topic, String registry) throws IOException {
        Files.createDirectory(folder.resolve("migrations"));
        Files.writeString(
                folder.resolve("migrations/V1__items.sql"),
                "create table items (%s, primary key (id), check (id <> '')); create table orders (%s)"
                        .formatted(COLUMNS, ORDER));
        Files.writeString(
                folder.resolve("items.sql"),
                "insert into items select %s from batch where id is not null"
                        .formatted("id, amount, quantity, status, day, at, uid, raw, tags, more"));
        Files.writeString(
                folder.resolve("orders.sql"),
                "insert into orders select %s from batch where order_id is not null"
                        .formatted(
                                "order_id, customer, status, (total ->> 'cents')::int, placed_at, within, ratings, card,"
                                        + " discount, extra, raw, gift, largest"));
        Files.writeString(folder.resolve("items.camel.yaml"), """
                - route:
                    id: items
                    from:
                      uri: kafka:%1$s
                      parameters: { groupId: %1$s }
                      steps:
                        - choice:
                            when:
                              - simple: "${header.format} == 'protobuf'"
                                steps:
                                  - to: { id: items-protobuf, uri: "decode:protobuf?registry=%2$s" }
                                  - to: batch:orders
                              - simple: "${header.format} == 'csv'"
                                steps:
                                  - to: { id: items-csv, uri: "decode:csv?header=id,amount,quantity,day,raw" }
                                  - to: batch:items
                              - simple: "${header.format} == 'event'"
                                steps:
                                  - to: { id: items-event, uri: "decode:cloudevents" }
                                  - to: batch:items
                              - simple: "${header.format} == 'file'"
                                steps:
                                  - to: { id: items-file, uri: "decode:avro" }
                                  - to: batch:items
                            otherwise:
                              steps:
                                - to: { id: items-avro, uri: "decode:avro?registry=%2$s" }
                                - to: batch:items
                - route:
                    id: items-write
                    from:
                      uri: batch:items
                      parameters: { columns: "%3$s", onConflict: dead-letter }
                      steps:
                        - to: sql:file:{{headgate.routes}}/items.sql
                - route:
                    id: orders-write
                    from:
                      uri: batch:orders
                      parameters: { columns: "%4$s", onConflict: dead-letter }
                      steps:
                        - to: sql:file:{{headgate.routes}}/orders.sql
                """.formatted(
                        topic, registry, COLUMNS, ORDER.replace("cents integer", "total jsonb")));
    }

    private static void send(Pipeline pipeline, int partition, String id, byte[] value) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(pipeline.topic, partition, id, value);
        message.headers().add("message-id", id.getBytes(UTF_8));
        pipeline.send(message);
    }

    private static void send(Pipeline pipeline, String format, String id, byte[] value) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(pipeline.topic, 0, id, value);
        message.headers().add("message-id", id.getBytes(UTF_8)).add("format", format.getBytes(UTF_8));
        pipeline.send(message);
    }

    private static void sendEvent(Pipeline pipeline, String source, String item) {
        byte[] data =
                "{\"id\":\"%s\",\"amount\":1.50,\"quantity\":2}".formatted(item).getBytes(UTF_8);
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(pipeline.topic, 0, "event", data);
        Map.of("format", "event", "ce_specversion", "1.0", "ce_id", "1", "ce_source", source, "ce_type", "item")
                .forEach((name, value) -> message.headers().add(name, value.getBytes(UTF_8)));
        pipeline.send(message);
    }

    private static void sendStructured(Pipeline pipeline, byte[] event) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(pipeline.topic, 0, "event", event);
        Map.of("format", "event", "content-type", "application/cloudevents+json")
                .forEach((name, value) -> message.headers().add(name, value.getBytes(UTF_8)));
        pipeline.send(message);
    }

    private static byte[] event(String source, String item) {
        return ("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"%s\",\"type\":\"item\","
                        + "\"data\":{\"id\":\"%s\",\"amount\":1.50,\"quantity\":2}}")
                .formatted(source, item)
                .getBytes(UTF_8);
    }

    /** What Avro's library makes of records that are encoded. */
    private static byte[] file(byte[]... items) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataFileWriter<GenericData.Record> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
            writer.setCodec(CodecFactory.deflateCodec(9)).create(SCHEMA, bytes);
            for (byte[] item : items) {
                writer.appendEncoded(ByteBuffer.wrap(item));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream file = DecodeIT.class.getResourceAsStream("/formats/" + name)) {
            return file.readAllBytes();
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    /** @param imported null if it imports nothing that the registry has */
    private static String protobuf(String name, @Nullable String imported) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("schemaType", "PROTOBUF").put("schema", new String(file(name), UTF_8));
        if (imported != null) {
            answer.putArray("references")
                    .addObject()
                    .put("name", imported)
                    .put("subject", imported)
                    .put("version", 1);
        }
        return answer.toString();
    }

    private static String schema() {
        return "{\"schema\":" + JsonNodeFactory.instance.textNode(SCHEMA.toString()) + "}";
    }

    private static byte[] item(String id, String amount, long quantity) throws IOException {
        Schema decimal = SCHEMA.getField("amount").schema();
        GenericData.Record item = new GenericData.Record(SCHEMA);
        item.put("id", id);
        item.put(
                "amount",
                new Conversions.DecimalConversion()
                        .toBytes(new BigDecimal(amount), decimal, (LogicalTypes.Decimal) decimal.getLogicalType()));
        item.put("quantity", quantity);
        item.put("status", new GenericData.EnumSymbol(SCHEMA.getField("status").schema(), "PAID"));
        item.put("day", (int) LocalDate.of(2026, 1, 2).toEpochDay());
        item.put("at", Instant.parse("2026-01-02T03:04:05Z").getEpochSecond() * 1_000_000 + 6);
        item.put("uid", UID);
        item.put("raw", ByteBuffer.wrap(new byte[] {0, (byte) 0xff}));
        item.put("tags", List.of("x", "y\"z"));
        item.put("more", Map.of("k", 0.5));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<>(SCHEMA).write(item, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static byte[] wire(int id, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) 0)
                .putInt(id)
                .put(payload)
                .array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream stream = new GZIPOutputStream(gzip)) {
            stream.write(bytes);
        }
        return gzip.toByteArray();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

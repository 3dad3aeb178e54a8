package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A sink that refuses by rules of its own: each message is applied once or is a dead letter, the good ones of each key are
 * applied in order, and nothing is held for ever. One process runs a pipeline for each rule.
 */
class HostileSinkIT {

    private static final int MESSAGES = 32;
    private static final int KEYS = 8;

    private static final String ROUTES = """
            - route:
                id: NAME
                from:
                  uri: kafka:TOPIC
                  parameters: { groupId: TOPIC }
                  steps:
                    - to: batch:NAME
            - route:
                id: NAME-write
                from:
                  uri: batch:NAME
                  parameters: { linger: 300, lanes: 2 }
                  steps:
                    - to: "sql:file:{{headgate.routes}}/sql/NAME.sql"
            """;

    private static final String INSERT = """
            insert into NAME (n, key, amount) select m.n, m.key, m.amount
            from json_to_recordset(cast(:#${body.fresh} as json)) as m (n int, key text, amount numeric) order by m.n
            """;

    enum Rule {
        /** One key, each second message of which is refused, for one of seven reasons in turn. */
        ALTERNATING(MESSAGES * 3 / 4, MESSAGES / 4, """
                alter table NAME alter amount set not null, add check (amount <> 1);
                create function alternating() returns trigger language plpgsql as $$ begin
                  case new.amount when 2 then raise 'two'; when 3 then raise 'three' using errcode = '42501';
                  when 4 then raise 'four' using errcode = '57014'; when 5 then raise 'five' using errcode = '44000';
                  else end case; return new; end $$;
                create trigger t before insert on NAME for each row execute function alternating();
                create function alternating_at_commit() returns trigger language plpgsql as $$ begin
                  if new.amount = 6 then raise 'six'; end if; return new; end $$;
                create constraint trigger c after insert on NAME deferrable initially deferred
                for each row execute function alternating_at_commit()"""),
        /** More than three at once are too many for it. */
        TOO_MANY(MESSAGES, 0, """
                create function too_many() returns trigger language plpgsql as $$ begin
                  if (select count(*) from fresh) > 3 then raise 'too busy'; end if; return null; end $$;
                create trigger t after insert on NAME referencing new table as fresh
                for each statement execute function too_many()"""),
        TOO_MANY_AT_COMMIT(MESSAGES, 0, """
                create function too_many_at_commit() returns trigger language plpgsql as $$ begin
                  if (select count(*) from NAME where tx = new.tx) > 3 then raise 'too busy'; end if; return null; end $$;
                create constraint trigger t after insert on NAME deferrable initially deferred
                for each row execute function too_many_at_commit()"""),
        /** Several of one transaction are refused when it commits, each because of another one of it. */
        TWICE_AT_COMMIT(MESSAGES * 3 / 4, MESSAGES / 4, """
                alter table NAME add unique (amount) deferrable initially deferred""");

        private final int applied;
        private final int refused;
        private final String ddl;

        Rule(int applied, int refused, String ddl) {
            this.applied = applied;
            this.refused = refused;
            this.ddl = ddl;
        }

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Of a message: which key it has, and what makes the sink refuse it. */
        String key(int n) {
            return this == ALTERNATING && n % 2 == 0 ? "alternating" : "k" + n % KEYS;
        }

        String amount(int n) {
            if (this == ALTERNATING && n % 4 == 0) {
                int reason = n / 4 % 7;
                return reason == 0 ? "null" : "" + reason;
            }
            return "" + (this == TWICE_AT_COMMIT && n % 4 == 3 ? 1000 + n - 1 : 1000 + n);
        }
    }

    @TempDir
    private static Path folder;

    private static Pipeline pipeline;

    @BeforeAll
    static void start() throws IOException {
        pipeline = new Pipeline(1);
        pipeline.migrate();
        Files.createDirectories(folder.resolve("sql"));
        for (Rule rule : Rule.values()) {
            Servers.KAFKA.createTopic(topic(rule), 1, Map.of());
            pipeline.execute(("create table NAME (place bigint generated always as identity, n int, key text, amount"
                            + " numeric, tx bigint default txid_current());" + rule.ddl)
                    .replace("NAME", rule.id()));
            Files.writeString(
                    folder.resolve(rule.id() + ".camel.yaml"),
                    ROUTES.replace("NAME", rule.id()).replace("TOPIC", topic(rule)));
            Files.writeString(folder.resolve("sql/" + rule.id() + ".sql"), INSERT.replace("NAME", rule.id()));
            IntStream.range(0, MESSAGES).forEach(n -> send(rule, n));
        }
        pipeline.flush();
        pipeline.start(folder, Map.of(), Map.of());
    }

    @AfterAll
    static void stop() {
        pipeline.close();
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_lost_doubled_overtaken_or_held_for_ever(Rule rule) {
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed(topic(rule)))
                .as("committed")
                .isEqualTo(MESSAGES));
        List<String> applied = pipeline.texts("select n from " + rule.id() + " order by n");
        List<String> refused =
                pipeline.texts("select convert_from(payload, 'UTF8')::json ->> 'n' from headgate.dead_letter"
                        + " where pipeline = '" + rule.id() + "' order by id");
        assertThat(Stream.concat(applied.stream(), refused.stream()).toList())
                .as("each once")
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList());
        assertThat(applied).hasSize(rule.applied);
        assertThat(refused).hasSize(rule.refused);
        assertThat(pipeline.count(
                        "select count(*) from (select n, lag(n) over (partition by key order by place) as before"
                                + " from " + rule.id() + ") r where before > n"))
                .as("out of order")
                .isZero();
    }

    private static void send(Rule rule, int n) {
        String json = "{\"n\":%d,\"key\":\"%s\",\"amount\":%s}".formatted(n, rule.key(n), rule.amount(n));
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(topic(rule), rule.key(n), json.getBytes(UTF_8));
        message.headers().add("message-id", (rule.id() + n).getBytes(UTF_8));
        pipeline.send(message);
    }

    private static String topic(Rule rule) {
        return pipeline.topic + "-" + rule.id();
    }
}

package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.kafka.KafkaDefaults;
import dev.headgate.ledger.Ledger;
import dev.headgate.message.MessageId;
import dev.headgate.message.SourcePosition;
import dev.headgate.outbox.OutboxComponent;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.apache.camel.BindToRegistry;
import org.apache.camel.EndpointInject;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.apache.camel.test.main.junit5.Configure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The shipped YAML, unmodified, step by step: only its ends at Kafka are replaced. */
@CamelMainTest(
        properties = {"camel.main.routesIncludePattern=file:routes/*.camel.yaml", "headgate.routes=routes"},
        propertyPlaceholderLocations = "file:routes/application.properties",
        replaceRouteFromWith = "orders=direct:orders",
        mockEndpointsAndSkip = "kafka:*")
class ShippedRoutesIT {

    private static final Pipeline PIPELINE = pipeline();
    private static final DataSource DATABASE = dataSource();
    private static final AtomicLong OFFSETS = new AtomicLong();

    @BindToRegistry("ledger")
    final Ledger ledger = new Ledger(DATABASE, 1_000);

    @BindToRegistry("messageId")
    final MessageId messageId = new MessageId();

    @BindToRegistry("dataSource")
    final DataSource dataSource = DATABASE;

    @BindToRegistry("PROPAGATION_REQUIRED")
    final SpringTransactionPolicy transactions =
            new SpringTransactionPolicy(new DataSourceTransactionManager(DATABASE));

    @BindToRegistry("outbox-component")
    final OutboxComponent outbox = outbox();

    @EndpointInject("mock:kafka:orders-applied")
    private MockEndpoint applied;

    @EndpointInject("direct:orders")
    private ProducerTemplate orders;

    /** That of Headgate in place of Camel's own: the relay's transactions are real ones, with nothing else in them. */
    @Configure
    void kafka(MainConfigurationProperties configuration) {
        configuration.addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                KafkaComponent kafka = KafkaDefaults.component();
                kafka.getConfiguration().setBrokers(Servers.KAFKA.bootstrapServers());
                getContext().removeComponent("kafka");
                getContext().addComponent("kafka", kafka);
            }
        });
    }

    @AfterAll
    static void close() {
        PIPELINE.close();
    }

    @Test
    void each_tenth_order_gets_a_receipt_and_no_other() {
        for (int i = 0; i < 100; i++) {
            send("r-" + i, "r-" + i + "-1", Orders.json("r-" + i, 1));
        }

        String tenth = " from orders where order_id like 'r-%' and hashtext(order_id) % 10 = 0";
        Pipeline.await().untilAsserted(() -> assertThat(
                        PIPELINE.count("select count(*) from receipts where order_id like 'r-%'"))
                .isEqualTo(PIPELINE.count("select count(*)" + tenth))
                .isPositive());
        // A job is completed after its receipt is written.
        Pipeline.await().untilAsserted(() -> assertThat(PIPELINE.count(
                        "select count(*) from headgate.job where state <> 'completed' or queue <> 'send-receipt'"))
                .isZero());
        assertThat(PIPELINE.texts("select order_id from receipts where order_id like 'r-%' order by 1"))
                .isEqualTo(PIPELINE.texts("select order_id" + tenth + " order by 1"));
    }

    @Test
    void an_order_is_validated_completed_stored_once_and_relayed() throws InterruptedException {
        applied.expectedMessageCount(1);
        send("a", "a-1", Orders.json("a", 1));
        send("a", "a-1", Orders.json("a", 1));

        applied.assertIsSatisfied();
        assertThat(PIPELINE.texts(
                        "select order_id || ' ' || version || ' ' || channel from orders where order_id = 'a'"))
                .containsExactly("a 1 unknown");
        assertThat(PIPELINE.texts("select source from headgate.ledger where pipeline = 'orders' and key = 'a-1'"))
                .hasSize(1);
    }

    @Test
    void a_duplicate_of_what_is_durable_is_dropped_before_it_costs_the_database_anything() {
        send("d", "d-1", Orders.json("d", 1));
        Pipeline.await().untilAsserted(() -> assertThat(version("d")).containsExactly("1"));
        Pipeline.await().until(() -> {
            long before = dropped();
            send("d", "d-1", Orders.json("d", 1));
            return dropped() == before + 1;
        });
    }

    @Test
    void an_order_against_the_schema_becomes_a_dead_letter_of_the_step_that_refused_it() {
        send("b", "b-1", Orders.json("b", 1).replace("\"paid\"", "\"lost\""));

        Pipeline.await().untilAsserted(() -> assertThat(
                        PIPELINE.texts(
                                "select stage || ', ' || reason || ', ' || convert_from(payload, 'UTF8') from headgate.dead_letter"))
                .containsExactly("orders-validate, schema: $.status enum, "
                        + Orders.json("b", 1).replace("\"paid\"", "\"lost\"")));
        assertThat(PIPELINE.count("select count(*) from orders where order_id = 'b'"))
                .isZero();
    }

    @Test
    void an_older_version_that_arrives_later_does_not_become_the_state() {
        send("c", "c-2", Orders.json("c", 2));
        Pipeline.await().untilAsserted(() -> assertThat(version("c")).containsExactly("2"));
        send("c", "c-1", Orders.json("c", 1));
        send("c", "c-0", Orders.json("c", 1));

        Pipeline.await()
                .untilAsserted(() -> assertThat(PIPELINE.count("select count(*) from headgate.outbox where key = 'c'"))
                        .isEqualTo(3));
        assertThat(version("c")).containsExactly("2");
    }

    private long dropped() {
        return ledger.dropped().getOrDefault("orders", 0L);
    }

    private static List<String> version(String order) {
        return PIPELINE.texts("select version from orders where order_id = '" + order + "'");
    }

    private void send(String key, String id, String json) {
        Exchange sent = orders.send(exchange -> {
            new SourcePosition.Kafka("orders", 0, OFFSETS.getAndIncrement())
                    .enter(exchange, new SynchronizationAdapter());
            exchange.getMessage().setHeader("kafka.KEY", key);
            exchange.getMessage().setHeader("message-id", id);
            exchange.getMessage().setBody(json.getBytes(UTF_8));
        });
        assertThat(sent.getException()).isNull();
    }

    private static Pipeline pipeline() {
        Pipeline pipeline = new Pipeline(1);
        pipeline.migrate();
        return pipeline;
    }

    private static DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(PIPELINE.jdbcUrl());
        source.setUser(Servers.POSTGRES.user());
        source.setPassword(Servers.POSTGRES.password());
        return source;
    }

    private static OutboxComponent outbox() {
        OutboxComponent component = new OutboxComponent();
        component.setDataSource(DATABASE);
        return component;
    }
}

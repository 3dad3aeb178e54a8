package dev.headgate.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.AcknowledgingCommitFactory;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.PollOnError;
import org.apache.camel.component.kafka.consumer.DefaultKafkaManualCommitFactory;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.services.sqs.SqsClient;

/** What the sources of somebody else's Camel context get, and which are refused; nothing is connected to. */
public class SourcesTest {

    private static final String KAFKA = "kafka:orders?brokers=127.0.0.1:1&groupId=orders";

    /** Bound by name it would be every endpoint's: Camel finds the only one of the registry. */
    public static final class OwnClients extends DefaultKafkaClientFactory {}

    public static final class OwnCommits extends DefaultKafkaManualCommitFactory {}

    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void configure() {
        context.setAutoStartup(false);
        context.getRegistry().bind("dataSource", new PGSimpleDataSource());
        context.getRegistry().bind("sqs", new SqsClient() {
            @Override
            public String serviceName() {
                return "sqs";
            }

            @Override
            public void close() {
                // there is nothing to close
            }
        });
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @ParameterizedTest
    @CsvSource({"batch:orders", "direct:further", "job:work"})
    void kafka_gets_the_acknowledgement_and_what_it_needs(String target) throws Exception {
        KafkaEndpoint endpoint = (KafkaEndpoint) start(KAFKA, target);

        assertThat(endpoint.getKafkaClientFactory()).isInstanceOf(AcknowledgingClientFactory.class);
        assertThat(endpoint.getKafkaManualCommitFactory()).isInstanceOf(AcknowledgingCommitFactory.class);
        KafkaConfiguration configuration = endpoint.getConfiguration();
        assertThat(configuration.isAutoCommitEnable()).isFalse();
        assertThat(configuration.isAllowManualCommit()).isTrue();
        assertThat(configuration.getPollOnError()).isEqualTo(PollOnError.RECONNECT);
        assertThat(configuration.getAutoOffsetReset()).isEqualTo("earliest");
        assertThat(configuration.getValueDeserializer()).contains("ByteArray");
    }

    @Test
    void what_the_application_has_chosen_stays() throws Exception {
        KafkaEndpoint endpoint =
                (KafkaEndpoint) start(KAFKA + "&autoOffsetReset=latest&pollOnError=RETRY", "batch:orders");

        assertThat(endpoint.getConfiguration().getAutoOffsetReset()).isEqualTo("latest");
        assertThat(endpoint.getConfiguration().getPollOnError()).isEqualTo(PollOnError.RETRY);
    }

    @Test
    void other_routes_of_the_application_are_left_alone() throws Exception {
        KafkaEndpoint endpoint = (KafkaEndpoint) start(KAFKA, "log:other");

        assertThat(endpoint.getKafkaClientFactory().getClass()).isEqualTo(DefaultKafkaClientFactory.class);
        assertThat(endpoint.getConfiguration().isAutoCommitEnable()).isTrue();
        assertThat(start("timer:tick", "job:work")).isNotNull();
    }

    @Test
    void sqs_gets_a_client_that_deletes_after_the_effect() throws Exception {
        Sqs2Endpoint endpoint = (Sqs2Endpoint)
                start("aws2-sqs:orders?amazonSQSClient=#sqs&queueUrl=http://127.0.0.1:1/orders", "batch:orders");

        assertThat(endpoint.getClient().getClass().getSimpleName()).isEqualTo("AcknowledgingSqsClient");
        assertThat(endpoint.getConfiguration().getAttributeNames()).isEqualTo("All");
        assertThat(endpoint.getConfiguration().isExtendMessageVisibility()).isTrue();
        assertThat(endpoint.getConfiguration().getVisibilityTimeout()).isEqualTo(30);
    }

    @Test
    void a_message_of_sqs_stays_invisible_while_it_is_in_flight_whatever_time_the_application_has_chosen()
            throws Exception {
        Sqs2Endpoint endpoint = (Sqs2Endpoint) start(
                "aws2-sqs:orders?amazonSQSClient=#sqs&queueUrl=http://127.0.0.1:1/orders&visibilityTimeout=60",
                "batch:orders");

        assertThat(endpoint.getConfiguration().getVisibilityTimeout()).isEqualTo(60);
        assertThat(endpoint.getConfiguration().isExtendMessageVisibility()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                KAFKA
                        + "&kafkaClientFactory=#class:dev.headgate.source.SourcesTest$OwnClients | kafkaClientFactory of its own",
                KAFKA
                        + "&kafkaManualCommitFactory=#class:dev.headgate.source.SourcesTest$OwnCommits | kafkaManualCommitFactory of its own",
                KAFKA + "&autoCommitEnable=true | autoCommitEnable=true",
                KAFKA + "&batching=true | batching=true",
                "kafka:orders?brokers=127.0.0.1:1 | groupId",
                "aws2-sqs:orders?amazonSQSClient=#sqs&queueUrl=http://127.0.0.1:1/orders&deleteAfterRead=false | deleteAfterRead=false",
                "timer:tick | job:NAME",
                "file:target/inbox | job:NAME",
                "seda:other | job:NAME",
            })
    void a_source_that_cannot_be_acknowledged_is_refused(String source, String word) {
        assertThatThrownBy(() -> start(source, "direct:further"))
                .hasStackTraceContaining("Route in from ")
                .hasStackTraceContaining(word);
    }

    @Test
    void a_context_that_uses_exchanges_again_is_refused() {
        context.getCamelContextExtension().setExchangeFactory(new org.apache.camel.impl.engine.PooledExchangeFactory());
        assertThatThrownBy(() -> start(KAFKA, "batch:orders")).hasStackTraceContaining("exchangeFactory=pooled");
    }

    @Test
    void a_message_without_an_acknowledgement_is_refused_to_its_sender() throws Exception {
        start(KAFKA, "direct:further");
        context.getRouteController().startRoute("further");

        Exchange sent = context.createProducerTemplate()
                .send("direct:further", exchange -> exchange.getMessage().setBody("m"));

        assertThat(sent.getException())
                .hasMessageContaining("no acknowledgement")
                .hasMessageContaining("job:NAME");
    }

    private Endpoint start(String source, String target) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(source).routeId("in").to(target);
                from("direct:further").routeId("further").to("batch:orders");
                from("batch:orders").routeId("orders-write").to("log:written");
            }
        });
        context.start();
        return Objects.requireNonNull(((CamelContext) context).getRoute("in")).getEndpoint();
    }
}

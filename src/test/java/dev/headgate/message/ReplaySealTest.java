package dev.headgate.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplaySealTest {

    private static final byte[] PAYLOAD = "{}".getBytes(UTF_8);
    private static final SourcePosition ORIGIN = new SourcePosition.Kafka("orders", 1, 2, 7);

    private final ReplaySeal seal = new ReplaySeal(() -> new byte[] {1, 2, 3});

    @Test
    void a_replay_has_its_first_position_and_its_dead_letter() {
        Exchange exchange = recognised("orders", "orders", PAYLOAD, seal.seal(17, "orders", ORIGIN, PAYLOAD));

        assertThat(SourcePosition.of(exchange)).isEqualTo(ORIGIN);
        assertThat(Replay.of(exchange)).isEqualTo(new Replay(17, "orders", ORIGIN));
        assertThat(exchange.getMessage().getHeaders()).isEmpty();
    }

    @Test
    void another_pipeline_of_the_topic_knows_the_position_and_no_dead_letter() {
        Exchange exchange = recognised("other", "orders", PAYLOAD, seal.seal(17, "orders", ORIGIN, PAYLOAD));

        assertThat(SourcePosition.of(exchange)).isEqualTo(ORIGIN);
        assertThat(Replay.of(exchange)).isNull();
        assertThat(Replay.ofAny(exchange)).as("it was sent again").isNotNull();
    }

    @Test
    void a_message_without_payload_is_replayed_too() {
        assertThat(Replay.of(recognised("orders", "orders", null, seal.seal(17, "orders", ORIGIN, null))))
                .isEqualTo(new Replay(17, "orders", ORIGIN));
        assertUnbelieved(recognised("orders", "orders", null, seal.seal(17, "orders", ORIGIN, new byte[0])));
    }

    @Test
    void it_is_not_believed_on_another_payload_or_topic_nor_of_another_installation() {
        String header = seal.seal(17, "orders", ORIGIN, PAYLOAD);

        assertUnbelieved(recognised("orders", "orders", "{ }".getBytes(UTF_8), header));
        assertUnbelieved(recognised("orders", "copies", PAYLOAD, header));
        assertUnbelieved(recognised(
                "orders",
                "orders",
                PAYLOAD,
                new ReplaySeal(() -> new byte[] {1, 2, 4}).seal(17, "orders", ORIGIN, PAYLOAD)));
        assertUnbelieved(recognised("orders", "orders", PAYLOAD, "18" + header.substring(2)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "17", "17.b3JkZXJz.b3JkZXJzLTItNw.", "17.b3JkZXJz.b3JkZXJzLTItNw.AA", "....", "1.%.%.%"})
    void what_anybody_can_write_is_data(String header) {
        assertUnbelieved(recognised("orders", "orders", PAYLOAD, header));
    }

    private void assertUnbelieved(Exchange exchange) {
        assertThat(SourcePosition.of(exchange))
                .hasToString(((SourcePosition.Kafka) SourcePosition.of(exchange)).topic() + "-0-9");
        assertThat(Replay.ofAny(exchange)).isNull();
        assertThat(exchange.getMessage().getHeaders()).containsOnlyKeys("headgate-replay");
    }

    private Exchange recognised(String route, String topic, byte[] payload, String header) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getExchangeExtension().setFromRouteId(route);
        exchange.setProperty(SourcePosition.PROPERTY, new SourcePosition.Kafka(topic, 0, 9));
        exchange.getMessage().setBody(payload);
        exchange.getMessage().setHeader("headgate-replay", header);
        seal.recognise(exchange);
        return exchange;
    }
}

package dev.headgate.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFieldTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":{\"id\":\"inner\"},\"id\":\"ä\"}|ä",
                "{\"id\":12.50,\"rest\"|12.50",
                "{\"id\":true}|true",
                "{\"id\":\"\"}|@at:place",
                "{\"id\":null}|@at:place",
                "{\"id\":{}}|@at:place",
                "{\"other\":1}|@at:place",
                "[\"id\"]|@at:place",
                "{\"id\"|@at:place",
                "''|@at:place"
            })
    void the_field_or_else_the_place_the_message_came_from(String body, String key) {
        exchange.setProperty(SourcePosition.PROPERTY, new SourcePosition.Unknown("place"));
        exchange.getMessage().setBody(body);
        assertThat(new JsonField("id").evaluate(exchange)).isEqualTo(key);
        exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
        assertThat(new JsonField("id").evaluate(exchange)).isEqualTo(key);
    }
}

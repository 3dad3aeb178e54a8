package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.DeadLetterChannelDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchRouteDefaultsTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void load() {
        context.setAutoStartup(false);
        context.getPropertiesComponent().addInitialProperty("target", "batch:orders");
        context.getPropertiesComponent().addInitialProperty("name", "orders");
        context.getPropertiesComponent().addInitialProperty("work", "job:work");
        context.getPropertiesComponent().addInitialProperty("written", "batch:orders");
        context.init();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @ParameterizedTest
    @CsvSource({"batch:orders", "batch://orders?maxSize=5", "{{target}}", "batch:{{name}}"})
    void whatLeadsToABatchHasItAsDeadLetterChannel(String target) throws Exception {
        assertThat(errorHandlerOf("direct:in", target))
                .isInstanceOfSatisfying(
                        DeadLetterChannelDefinition.class,
                        channel -> assertThat(channel.getDeadLetterUri()).isEqualTo("batch:orders?deadLetter=true"));
    }

    @ParameterizedTest
    @CsvSource({"job:work", "{{work}}", "{{written}}"})
    void jobsAndBatchesHaveNone(String source) throws Exception {
        assertThat(errorHandlerOf(source, "batch:orders")).isNotInstanceOf(DeadLetterChannelDefinition.class);
    }

    @Test
    void aFailedAttemptOfABatchCostsNoHistoryOfItsRoute() throws Exception {
        assertThat(errorHandlerOf("{{written}}", "mock:table"))
                .isInstanceOfSatisfying(DefaultErrorHandlerDefinition.class, handler -> assertThat(
                                handler.getRedeliveryPolicy().getLogExhaustedMessageHistory())
                        .isEqualTo("false"));
    }

    @Test
    void aPlaceholderWithoutAValueIsLeftToCamelToReport() throws Exception {
        assertThat(errorHandlerOf("direct:in", "{{nothing}}")).isNotInstanceOf(DeadLetterChannelDefinition.class);
    }

    private Object errorHandlerOf(String source, String target) throws Exception {
        RouteDefinition route = new RouteDefinition();
        route.from(source).to(target);
        context.addRouteDefinition(route);
        return route.getErrorHandlerFactory();
    }
}

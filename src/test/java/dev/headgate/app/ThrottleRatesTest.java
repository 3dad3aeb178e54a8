package dev.headgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.backpressure.ThrottleRate;
import java.util.Properties;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.ThrottleDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrottleRatesTest {

    @ParameterizedTest
    @CsvSource({
        "100000, 100, 1",
        "101000, 101, 1",
        "99000, 990, 10",
        "100100, 1001, 10",
        "10000, 100, 10",
        "9900, 990, 100",
        "100010, 10001, 100",
        "1000, 100, 100",
        "990, 990, 1000",
        "100001, 100001, 1000",
        "100, 100, 1000",
        "1, 1, 1000",
        "0, 0, 1000",
        "-1000, -1000, 1000"
    })
    void rate_and_period_are_divided_as_far_as_it_goes_evenly(long perSecond, long messages, long millis) {
        assertThat(new ThrottleRate(perSecond, 1000).divided()).isEqualTo(new ThrottleRate(messages, millis));
    }

    @Test
    void only_constant_rates_a_second_are_divided() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("rate", "50000");
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setInitialProperties(properties);
            new ThrottleRates().configure(context);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:a").routeId("placeholder").throttle(constant("{{rate}}"));
                    from("direct:b").routeId("nested").filter().constant(true).throttle(constant(50_000));
                    from("direct:c")
                            .routeId("period")
                            .throttle(constant(50_000))
                            .timePeriodMillis("2s");
                    from("direct:d").routeId("expression").throttle(header("rate"));
                    from("direct:e")
                            .routeId("concurrent")
                            .throttle(constant(50_000))
                            .concurrentRequestsMode();
                    from("direct:f").routeId("missing").throttle(constant("{{missing}}"));
                }
            });

            assertThat(throttle(context, "placeholder")).isEqualTo("constant{500} request per 10 millis");
            assertThat(throttle(context, "nested")).isEqualTo("constant{500} request per 10 millis");
            assertThat(throttle(context, "period")).endsWith("50000} request per 2s millis");
            assertThat(throttle(context, "expression")).endsWith(" request per null millis");
            assertThat(throttle(context, "concurrent")).endsWith("50000} maximum concurrent requests");
            assertThat(throttle(context, "missing")).isEqualTo("constant{{{missing}}} request per null millis");
        }
    }

    private static String throttle(DefaultCamelContext context, String route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(
                        context.getRouteDefinition(route).getOutputs(), ThrottleDefinition.class)
                .iterator()
                .next()
                .getLabel()
                .replaceFirst("^throttle\\[(.*)]$", "$1");
    }
}

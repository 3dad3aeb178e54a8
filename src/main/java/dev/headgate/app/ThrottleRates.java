package dev.headgate.app;

import dev.headgate.backpressure.ThrottleRate;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ThrottleDefinition;
import org.apache.camel.model.ThrottlingMode;
import org.apache.camel.model.language.ConstantExpression;
import org.apache.camel.util.TimeUtils;

/**
 * Makes a high rate a second cheap. Camel's throttle keeps a permit of each message of its period in one queue, sorted by
 * time: with 100,000 of them, taking and returning one costs more than all else that a route does with a message. So the
 * same rate is kept over a shorter period, with fewer permits.
 *
 * <p>Rates that are no constant, are of a period of their own, or cannot be divided, stay as they are.
 */
final class ThrottleRates implements CamelConfiguration {

    @Override
    public void configure(CamelContext context) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        model.addModelLifecycleStrategy(new ModelLifecycleStrategySupport() {
            @Override
            public void onAddRouteDefinition(RouteDefinition route) {
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ThrottleDefinition.class)
                        .forEach(throttle -> divide(context, throttle));
            }
        });
    }

    private static void divide(CamelContext context, ThrottleDefinition throttle) {
        if (!(throttle.getExpression() instanceof ConstantExpression constant)
                || !ThrottlingMode.TotalRequests.name().equals(throttle.getMode())) {
            return;
        }
        try {
            ThrottleRate rate = new ThrottleRate(
                    Long.parseLong(context.resolvePropertyPlaceholders(constant.getExpression())),
                    period(context, throttle));
            ThrottleRate divided = rate.millis() == ThrottleRate.SECOND ? rate.divided() : rate;
            if (!divided.equals(rate)) {
                throttle.setExpression(new ConstantExpression(Long.toString(divided.messages())));
                throttle.setTimePeriodMillis(Long.toString(divided.millis()));
            }
        } catch (IllegalArgumentException notYetRight) {
            // Camel says so when it makes the step, and names the route.
        }
    }

    private static long period(CamelContext context, ThrottleDefinition throttle) {
        String period = throttle.getTimePeriodMillis();
        return period == null
                ? ThrottleRate.SECOND
                : TimeUtils.toMilliSeconds(context.resolvePropertyPlaceholders(period));
    }
}

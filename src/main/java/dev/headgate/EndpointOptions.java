package dev.headgate;

import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.support.CamelContextHelper;
import org.jspecify.annotations.Nullable;

/**
 * What Headgate's components do alike with their options. The numbers of an endpoint's URI are looked at before Camel sets
 * them: of a text that is no number Camel would make a time, and of that 0.
 */
public final class EndpointOptions {

    private EndpointOptions() {}

    /**
     * Returns if numbers and durations are what they are to be.
     *
     * @throws IllegalArgumentException that names the option and its value
     */
    public static void check(Component component, Map<String, Object> parameters) {
        PropertyConfigurer configurer = component.getEndpointPropertyConfigurer();
        if (configurer instanceof PropertyConfigurerGetter options) {
            parameters.forEach((name, value) -> {
                Class<?> type = options.getOptionType(name, true);
                if (type != null && value instanceof String text && !text.startsWith("#")) {
                    check(component.getCamelContext(), name, type, text);
                }
            });
        }
    }

    /**
     * The database of a component: the one it was given, else the only one of the registry.
     *
     * @throws ConfigurationException if it was given none and the registry has none, or several
     */
    public static DataSource dataSource(Component component, @Nullable DataSource given) {
        DataSource found = given == null
                ? CamelContextHelper.findSingleByType(component.getCamelContext(), DataSource.class)
                : given;
        if (found == null) {
            String name = component.getDefaultName();
            throw new ConfigurationException(
                    "Component " + name + " expected one DataSource in the registry, found none"
                            + " or several: bind one, or set camel.component." + name + ".data-source");
        }
        return found;
    }

    private static void check(CamelContext context, String name, Class<?> type, String text) {
        boolean number = type == int.class || type == long.class || type == double.class || type == Integer.class;
        if (!number && type != Duration.class) {
            return;
        }
        try {
            Object value = context.getTypeConverter().mandatoryConvertTo(type, text);
            if (!Duration.ZERO.equals(value) || text.startsWith("0") || text.startsWith("PT0")) {
                return;
            }
        } catch (Exception e) {
            // What comes is said below, with the name of the option.
        }
        String wanted = number ? "a number" : "a duration such as 500, 30s or 1h";
        throw new IllegalArgumentException("Expected option " + name + " to be " + wanted + ", found \"" + text + "\"");
    }
}

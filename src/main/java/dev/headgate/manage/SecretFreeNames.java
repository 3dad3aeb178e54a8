package dev.headgate.manage;

import dev.headgate.settings.Secrets;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.management.DefaultManagementObjectNameStrategy;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * The names of MBeans as Camel gives them, without secrets: of an endpoint of HTTP the name is its URI, and the path of a
 * webhook is all that it asks for. What tells two of one host apart is a number.
 */
final class SecretFreeNames extends DefaultManagementObjectNameStrategy implements CamelConfiguration {

    /** Of all of them. */
    static final String BEGINNING = "org.apache.camel:context=";

    private final Secrets secrets;

    SecretFreeNames(Secrets secrets) {
        this.secrets = secrets;
    }

    @Override
    public void configure(CamelContext context) {
        setCamelContext(context);
        // Earlier it would be replaced: the context makes its strategy when it is initialized.
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextInitializing(CamelContext initializing) {
                initializing.getManagementStrategy().setManagementObjectNameStrategy(SecretFreeNames.this);
            }
        });
    }

    @Override
    protected String getEndpointId(Endpoint endpoint) {
        String name = super.getEndpointId(endpoint);
        String masked = secrets.masked(name);
        return masked.equals(name) ? name : masked + "-" + Integer.toHexString(name.hashCode());
    }
}

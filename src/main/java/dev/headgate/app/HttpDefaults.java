package dev.headgate.app;

import dev.headgate.message.Headers;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;

/**
 * Camel's HTTP component as Headgate needs it; {@code camel.component.http.*} and {@code camel.component.https.*}
 * properties still override.
 */
final class HttpDefaults {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration RESPONSE = Duration.ofSeconds(30);

    private HttpDefaults() {}

    static HttpComponent component() {
        HttpComponent component = new HttpComponent();
        // Camel's own are three minutes and none: so long would a server that hangs hold a relay's entries.
        component.setConnectTimeout(CONNECT.toMillis());
        component.setConnectionRequestTimeout(RESPONSE.toMillis());
        component.setSoTimeout(RESPONSE.toMillis());
        component.setResponseTimeout(RESPONSE.toMillis());
        // The relay tries again itself, and counts that.
        component.setAutomaticRetriesDisabled(true);
        // An entry's key is none of the receiver's headers.
        component.setHeaderFilterStrategy(new HttpHeaderFilterStrategy() {
            @Override
            protected boolean extendedFilter(Direction direction, String name, Object value, Exchange exchange) {
                return direction == Direction.OUT && !Headers.isOwn(name);
            }
        });
        return component;
    }
}

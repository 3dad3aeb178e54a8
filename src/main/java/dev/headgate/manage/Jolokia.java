package dev.headgate.manage;

import dev.headgate.settings.Secrets;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.Utils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.plugin.JolokiaPlatformHttpPlugin;
import org.apache.camel.support.service.ServiceSupport;
import org.jolokia.core.api.LogHandler;
import org.jolokia.json.JSONArray;
import org.jolokia.json.JSONObject;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.BadRequestException;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.request.JolokiaRequest;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaContext;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.util.NetworkUtil;
import org.jolokia.server.core.util.RequestType;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JMX over HTTP, at {@code /observe/jolokia}, in place of Camel's own: it does what {@link JolokiaPermissions} names, runs an
 * operation for a POST only, and masks what is secret in whatever it answers.
 */
final class Jolokia extends ServiceSupport implements JolokiaPlatformHttpPlugin {

    private static final Logger LOG = LoggerFactory.getLogger(Jolokia.class);
    private static final int FORBIDDEN = 403;

    private final Secrets secrets;
    private final JolokiaServiceManager services;
    private @Nullable CamelContext camelContext;
    private @Nullable Requests requests;

    Jolokia(Secrets secrets, boolean writes) {
        this.secrets = secrets;
        StaticConfiguration configuration =
                new StaticConfiguration(ConfigKey.AGENT_ID, NetworkUtil.getAgentId(hashCode(), "headgate"));
        services = JolokiaServiceManagerFactory.createJolokiaServiceManager(
                configuration, new Quiet(), new JolokiaPermissions(writes));
        services.addService(new JolokiaSerializer());
        services.addService(new LocalRequestHandler(1));
    }

    @Override
    protected void doStart() {
        requests = new Requests(services.start());
    }

    @Override
    protected void doStop() {
        services.stop();
    }

    @Override
    public String getId() {
        return NAME;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public Object getHandler() {
        return (Handler<RoutingContext>) this::answer;
    }

    private void answer(RoutingContext context) {
        Requests handler = requests;
        if (handler == null) {
            context.fail(503);
            return;
        }
        context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        JSONStructure answer;
        try {
            answer = handler.ask(context);
        } catch (BadRequestException | EmptyResponseException | IOException | RuntimeException e) {
            answer = handler.handleThrowable(e);
        }
        mask(answer);
        context.end(answer.toJSONString());
    }

    /** In all texts, however deep; what has a name that says so is hidden whatever it is. */
    private @Nullable Object mask(@Nullable Object value) {
        if (value instanceof JSONObject object) {
            object.replaceAll(
                    (name, member) -> member instanceof String && Secrets.isName(name) ? "xxxxxx" : mask(member));
        } else if (value instanceof JSONArray array) {
            array.replaceAll(this::mask);
        } else if (value instanceof String text) {
            // By its name an MBean is asked; SecretFreeNames has made it, which knows what in it can be a secret.
            return text.startsWith(SecretFreeNames.BEGINNING) ? text : secrets.masked(text);
        }
        return value;
    }

    /** A browser sends a GET for an image of any site, so that one only looks. */
    private static final class Requests extends HttpRequestHandler {

        Requests(JolokiaContext context) {
            super(context);
        }

        JSONStructure ask(RoutingContext context) throws BadRequestException, EmptyResponseException, IOException {
            HttpServerRequest request = context.request();
            Map<String, String[]> parameters = parameters(request.params());
            if (HttpMethod.GET.equals(request.method())) {
                return handleGetRequest(request.uri(), Utils.pathOffset(request.path(), context), parameters);
            }
            byte[] body = context.body().buffer() == null
                    ? new byte[0]
                    : context.body().buffer().getBytes();
            return handlePostRequest(
                    request.uri(), new ByteArrayInputStream(body), StandardCharsets.UTF_8.name(), parameters);
        }

        @Override
        protected JSONObject executeRequest(JolokiaRequest request) throws BadRequestException, EmptyResponseException {
            RequestType type = request.getType();
            boolean changes = type == RequestType.EXEC || type == RequestType.WRITE;
            if (changes && request.getHttpMethod() != org.jolokia.server.core.util.HttpMethod.POST) {
                return refusal("An operation takes a POST", request);
            }
            if (!jolokiaCtx.isTypeAllowed(type)) {
                return refusal(type.getName() + " is not allowed", request);
            }
            return super.executeRequest(request);
        }

        private JSONObject refusal(String why, JolokiaRequest request) {
            return getErrorJSON(FORBIDDEN, new SecurityException(why), request);
        }

        private static Map<String, String[]> parameters(MultiMap given) {
            Map<String, String[]> parameters = new HashMap<>();
            given.names()
                    .forEach(name -> parameters.put(name, given.getAll(name).toArray(String[]::new)));
            return parameters;
        }
    }

    /** What was asked is no event of the process. */
    private static final class Quiet implements LogHandler {

        @Override
        public void debug(String message) {}

        @Override
        public void info(String message) {}

        @Override
        public void error(String message, Throwable thrown) {
            LOG.debug("Jolokia: {}", message, thrown);
        }

        @Override
        public boolean isDebug() {
            return false;
        }
    }
}

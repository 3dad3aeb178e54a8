package dev.headgate.manage;

import dev.headgate.ConfigurationException;
import dev.headgate.settings.Secrets;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.plugin.JolokiaPlatformHttpPlugin;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationConfigEntry;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationHandlerFactory;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.Main;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's management server, which looks at each request before anything else does: whether it is meant for this server,
 * whether a page of another site sends it, and who sends it.
 */
public final class ManagementServer extends DefaultMainHttpServerFactory {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final String CHALLENGE = "Basic realm=\"headgate\", charset=\"UTF-8\"";
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final ManagementAccess access;
    private final Secrets secrets;
    private final FailedLogins failed;

    public ManagementServer(ManagementAccess access, Secrets secrets, Metrics metrics) {
        this.access = access;
        this.secrets = secrets;
        this.failed = new FailedLogins(InstantSource.system(), metrics::requestRefused);
    }

    public void bind(Main main) {
        main.bind("managementServer", this);
        main.bind(JolokiaPlatformHttpPlugin.NAME, new Jolokia(secrets, access.allowsWrites()));
        main.bind("secretFreeHealth", new SecretFreeHealth(secrets));
        main.configure().addConfiguration(new SecretFreeNames(secrets));
    }

    @Override
    public Service newHttpManagementServer(
            CamelContext camelContext, HttpManagementServerConfigurationProperties configuration) {
        refuseAnything(configuration);
        configuration.setHost(access.host());
        // They ask their context what to do with their results, and those of the registry have not been told of it.
        camelContext
                .getRegistry()
                .findByType(AbstractHealthCheck.class)
                .forEach(check -> check.setCamelContext(camelContext));
        camelContext.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarted(CamelContext context) {
                LOG.info("The management server answers at {}", access.url());
            }
        });
        ManagementHttpServer server = (ManagementHttpServer) super.newHttpManagementServer(camelContext, configuration);
        AuthenticationConfig authentication = server.getConfiguration().getAuthenticationConfig();
        authentication.getEntries().add(everything(camelContext, server.getHealthPath()));
        authentication.setEnabled(true);
        return server;
    }

    /** What Camel's server can do for a developer: show files and settings, replace routes, send to any endpoint. */
    private static void refuseAnything(HttpManagementServerConfigurationProperties configuration) {
        if (configuration.isSendEnabled()
                || configuration.isUploadEnabled()
                || configuration.isDownloadEnabled()
                || configuration.isDevConsoleEnabled()) {
            throw new ConfigurationException("camel.management.send-enabled, .upload-enabled, .download-enabled and"
                    + " .dev-console-enabled let a request do anything that this process can: leave them out. What can be"
                    + " changed is named in the documentation, and needs headgate.management.write=true.");
        }
    }

    private AuthenticationConfigEntry everything(CamelContext context, String health) {
        AuthenticationConfigEntry entry = new AuthenticationConfigEntry();
        entry.setPath("/*");
        entry.setAuthenticationProviderFactory(ManagementServer::none);
        entry.setAuthenticationHandlerFactory(new AuthenticationHandlerFactory() {
            @Override
            public <T extends AuthenticationProvider> AuthenticationHandler createAuthenticationHandler(T provider) {
                return request -> admit(request, context, health);
            }
        });
        return entry;
    }

    private void admit(RoutingContext context, CamelContext camel, String health) {
        HttpServerRequest request = context.request();
        HostAndPort asked = request.authority();
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (asked == null || !access.isMeant(asked.host())) {
            refuse(
                    context,
                    "This server is not known by the name %s: ask localhost, or what camel.management.host says."
                            .formatted(asked == null ? "of no host" : asked.host()));
        } else if (!isOwn(request.getHeader(HttpHeaders.ORIGIN), asked)) {
            refuse(context, "A page of another site gets nothing.");
        } else if (access.admits(authorization)) {
            context.next();
        } else if (authorization == null && access.tellsHealth() && isProbe(context, health)) {
            probe(context, camel, health);
        } else if (authorization == null) {
            challenge(context);
        } else {
            challengeLater(context);
        }
    }

    /** Whether there is no origin, as of programs and of images, or it is this server's own page. */
    private static boolean isOwn(@Nullable String origin, HostAndPort asked) {
        if (origin == null) {
            return true;
        }
        try {
            URI page = URI.create(origin);
            int standard = "https".equals(page.getScheme()) ? HTTPS : HTTP;
            int port = page.getPort() < 0 ? standard : page.getPort();
            int askedPort = asked.port() < 0 ? standard : asked.port();
            return asked.host().equalsIgnoreCase(page.getHost()) && port == askedPort;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isProbe(RoutingContext context, String health) {
        String path = context.request().path();
        return path.equals(health)
                || path.equals(health + "/live")
                || path.equals(health + "/ready")
                || path.equals(health + "/started");
    }

    /** Says only whether: the reasons name servers. */
    private static void probe(RoutingContext context, CamelContext camel, String health) {
        if (context.request().path().endsWith("/started")) {
            context.next();
            return;
        }
        boolean live = context.request().path().equals(health + "/live");
        context.vertx()
                .executeBlocking(
                        () -> HealthCheckHelper.isResultsUp(
                                live
                                        ? HealthCheckHelper.invokeLiveness(camel, "oneline")
                                        : HealthCheckHelper.invokeReadiness(camel, "oneline"),
                                !live),
                        false)
                .onSuccess(up -> context.response()
                        .setStatusCode(up ? 200 : 503)
                        .putHeader("Content-Type", "application/json")
                        .end("{\"status\":\"%s\"}".formatted(up ? "UP" : "DOWN")))
                .onFailure(context::fail);
    }

    private static void refuse(RoutingContext context, String why) {
        context.response()
                .setStatusCode(403)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(why + "\n");
    }

    private static void challenge(RoutingContext context) {
        if (!context.response().closed()) {
            context.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", CHALLENGE)
                    .end();
        }
    }

    /** By a timer: no thread waits with it. */
    private void challengeLater(RoutingContext context) {
        Duration wait =
                failed.failed(String.valueOf(context.request().remoteAddress().hostAddress()));
        if (wait == null) {
            context.request().connection().close();
            return;
        }
        context.vertx().setTimer(wait.toMillis(), timer -> {
            failed.answered();
            challenge(context);
        });
    }

    /** The handler looks by itself. */
    private static AuthenticationProvider none(Vertx vertx) {
        return (credentials, result) -> {};
    }
}

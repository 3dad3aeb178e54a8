package dev.headgate.manage;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationConfigEntry;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationHandlerFactory;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Camel's management server, which asks for credentials if there are any, before anything else sees the request. */
public final class ManagementServer extends DefaultMainHttpServerFactory {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final String CHALLENGE = "Basic realm=\"headgate\", charset=\"UTF-8\"";

    private final ManagementAccess access;

    public ManagementServer(ManagementAccess access) {
        this.access = access;
    }

    @Override
    public Service newHttpManagementServer(
            CamelContext camelContext, HttpManagementServerConfigurationProperties configuration) {
        configuration.setHost(access.host());
        camelContext.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarted(CamelContext context) {
                LOG.info("The management server answers at {}", access.url());
            }
        });
        Service server = super.newHttpManagementServer(camelContext, configuration);
        if (access.asksWho()) {
            AuthenticationConfig authentication =
                    ((ManagementHttpServer) server).getConfiguration().getAuthenticationConfig();
            authentication.getEntries().add(everything());
            authentication.setEnabled(true);
        }
        return server;
    }

    private AuthenticationConfigEntry everything() {
        AuthenticationConfigEntry entry = new AuthenticationConfigEntry();
        entry.setPath("/*");
        entry.setAuthenticationProviderFactory(ManagementServer::none);
        entry.setAuthenticationHandlerFactory(new AuthenticationHandlerFactory() {
            @Override
            public <T extends AuthenticationProvider> AuthenticationHandler createAuthenticationHandler(T provider) {
                return ManagementServer.this::admit;
            }
        });
        return entry;
    }

    private void admit(RoutingContext request) {
        if (access.admits(request.request().getHeader(HttpHeaders.AUTHORIZATION))) {
            request.next();
        } else {
            request.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", CHALLENGE)
                    .end();
        }
    }

    /** The handler looks by itself. */
    private static AuthenticationProvider none(Vertx vertx) {
        return (credentials, result) -> {};
    }
}

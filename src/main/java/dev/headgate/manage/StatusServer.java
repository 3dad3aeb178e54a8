package dev.headgate.manage;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.status.Status;
import dev.headgate.settings.Secrets;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;

/** The status page, at {@code /} of the management server, and what it reads, at {@code /observe/status}. */
final class StatusServer extends LifecycleStrategySupport implements CamelConfiguration, StartupListener {

    private static final String FILES = "/observe/page/";
    /** Nothing from elsewhere, and nowhere else to go. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final InflightLimit limit;
    private final Supplier<MeterSnapshot> meters;
    private final HeldPipelines held;
    private final Secrets secrets;
    private final boolean writes;
    private final OpenLetters letters;
    private @Nullable Status status;

    StatusServer(
            InflightLimit limit,
            Supplier<MeterSnapshot> meters,
            HeldPipelines held,
            Secrets secrets,
            boolean writes,
            OpenLetters letters) {
        this.limit = limit;
        this.meters = meters;
        this.held = held;
        this.secrets = secrets;
        this.writes = writes;
        this.letters = letters;
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        context.addStartupListener(this);
        context.addLifecycleStrategy(this);
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        ManagementHttpServer server = context.hasService(ManagementHttpServer.class);
        if (server == null) {
            return;
        }
        Status started = new Status(context, limit, meters, held::holds, writes);
        status = started;
        Router router = server.getRouter();
        file(router, "/", "status.html", "text/html");
        file(router, FILES + "status.css", "status.css", "text/css");
        file(router, FILES + "status.js", "status.js", "text/javascript");
        file(router, FILES + "charts.js", "charts.js", "text/javascript");
        file(router, FILES + "words.js", "words.js", "text/javascript");
        // Maven puts it into the jar; a class path of an IDE may lack it.
        if (Status.class.getResource("runbook.md") != null) {
            file(router, FILES + "runbook.md", "runbook.md", "text/plain");
        }
        router.get("/observe/dead-letters")
                .blockingHandler(
                        request -> send(
                                request,
                                "application/json",
                                Buffer.buffer(secrets.masked(letters.json(
                                        request.request().getParam("pipeline", ""),
                                        request.request().getParam("reason", ""))))),
                        false);
        router.get("/observe/status")
                .blockingHandler(
                        request -> send(request, "application/json", Buffer.buffer(secrets.masked(started.json()))),
                        false);
    }

    @Override
    public void onContextStopped(CamelContext context) {
        if (status != null) {
            status.close();
        }
    }

    private static void file(Router router, String path, String name, String type) {
        Buffer content;
        try (InputStream file = Status.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("The jar has no " + name);
            }
            content = Buffer.buffer(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        router.get(path).handler(request -> send(request, type, content));
    }

    private static void send(RoutingContext request, String type, Buffer content) {
        HttpServerResponse response = request.response();
        response.putHeader("Content-Type", type + (type.startsWith("text/") ? "; charset=utf-8" : ""))
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff");
        request.end(content);
    }
}

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
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;

/** The status page, at {@code /} of the management server, what it reads, at {@code /observe/status}, and dead letters. */
final class StatusServer extends LifecycleStrategySupport implements CamelConfiguration, StartupListener {

    private static final String FILES = "/observe/page/";
    /** Nothing from elsewhere, and nowhere else to go. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Pattern LETTER = Pattern.compile("(\\d{1,18})(\\.json)?");

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
        file(router, FILES + "decide.js", "decide.js", "text/javascript");
        file(router, FILES + "letter.js", "letter.js", "text/javascript");
        // Maven puts it into the jar; a class path of an IDE may lack it.
        if (Status.class.getResource("runbook.md") != null) {
            file(router, FILES + "runbook.md", "runbook.md", "text/plain");
        }
        router.get("/observe/dead-letters").blockingHandler(this::letters, false);
        router.get("/observe/dead-letters/:letter").blockingHandler(this::letter, false);
        router.get("/observe/status")
                .blockingHandler(
                        request -> send(request, "application/json", Buffer.buffer(secrets.masked(started.json()))),
                        false);
    }

    private void letters(RoutingContext request) {
        String pipeline = request.request().getParam("pipeline", "");
        String reason = request.request().getParam("reason", "");
        boolean isPage = accepts(request, "text/html");
        send(
                request,
                isPage ? "text/html" : "application/json",
                Buffer.buffer(isPage ? letters.page(pipeline, reason) : letters.json(pipeline, reason)));
    }

    private void letter(RoutingContext request) {
        Matcher asked = LETTER.matcher(request.pathParam("letter"));
        if (!asked.matches()) {
            refuse(request, 400, "A dead letter has a number, such as /observe/dead-letters/17.");
            return;
        }
        long id = Long.parseLong(asked.group(1));
        boolean isPage =
                asked.group(2) == null && (accepts(request, "text/html") || !accepts(request, "application/json"));
        Optional<String> found = isPage ? letters.page(id) : letters.json(id);
        if (found.isPresent()) {
            send(request, isPage ? "text/html" : "application/json", Buffer.buffer(found.get()));
        } else {
            refuse(request, 404, "There is no dead letter %d, or none any more.".formatted(id));
        }
    }

    private static boolean accepts(RoutingContext request, String type) {
        return request.request().getHeader("Accept") != null
                && request.request().getHeader("Accept").contains(type);
    }

    private static void refuse(RoutingContext request, int status, String why) {
        request.response().setStatusCode(status);
        send(request, "text/plain", Buffer.buffer(why + "\n"));
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

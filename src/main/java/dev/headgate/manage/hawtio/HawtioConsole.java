package dev.headgate.manage.hawtio;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of Hawtio's web application, and hands what it asks of JolokiaAgent over to a running process. Thread-safe.
 *
 * <p>Its address has a key, new at each start, which the browser keeps as a cookie: without it nothing is answered, nor is a
 * page of another origin.
 */
public final class HawtioConsole implements AutoCloseable {

    private static final String ROOT = "/hawtio/";
    private static final String JOLOKIA = ROOT + "jolokia";
    private static final int KEY_BYTES = 16;
    private static final int THREADS = 8;

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2");

    /** What Hawtio asks its server side: nobody logs in, for the process is asked with its own credentials. */
    private static final Map<String, String> ANSWERS = Map.of(
            "user", "\"public\"",
            "auth/config", "{}",
            "keycloak/enabled", "false",
            "plugin", "[]",
            "proxy/enabled", "false");

    private final ZipFile files;
    private final JolokiaAgent jolokia;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final String key = key();

    private HawtioConsole(ZipFile files, JolokiaAgent jolokia, HttpServer server) {
        this.files = files;
        this.jolokia = jolokia;
        this.server = server;
    }

    /**
     * Listens from now on.
     *
     * @param war Hawtio's web application
     * @param port 0 for any free one
     * @throws IOException if the file cannot be read or the port is taken
     */
    public static HawtioConsole start(Path war, int port, JolokiaAgent jolokia) throws IOException {
        ZipFile files = new ZipFile(war.toFile());
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            HawtioConsole console = new HawtioConsole(files, jolokia, server);
            server.createContext("/", console::answer);
            server.setExecutor(console.threads);
            server.start();
            return console;
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    /** What to open in a browser. */
    public URI address() {
        return URI.create(
                "http://127.0.0.1:%d%s?key=%s".formatted(server.getAddress().getPort(), ROOT, key));
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        files.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (same("key=" + key, exchange.getRequestURI().getQuery())) {
                exchange.getResponseHeaders()
                        .add("Set-Cookie", cookie() + "; Path=" + ROOT + "; HttpOnly; SameSite=Strict");
                redirect(exchange);
            } else if (!isAllowed(exchange.getRequestHeaders())) {
                send(exchange, 403, "text/plain", "Open the address that `headgate hawtio` has printed.");
            } else if (path.equals(JOLOKIA) || path.startsWith(JOLOKIA + "/")) {
                jolokia.forward(exchange, JOLOKIA.length());
            } else if (!path.startsWith(ROOT)) {
                redirect(exchange);
            } else {
                answerItself(exchange, path.substring(ROOT.length()));
            }
        }
    }

    private boolean isAllowed(Headers headers) {
        String site = headers.getFirst("Sec-Fetch-Site");
        boolean own = site == null || site.equals("same-origin") || site.equals("none");
        return own
                && headers.getOrDefault("Cookie", List.of()).stream()
                        .flatMap(cookies -> Arrays.stream(cookies.split(";", -1)))
                        .anyMatch(cookie -> same(cookie(), cookie.strip()));
    }

    /** The cookie of this port: cookies are shared by all ports of a machine. */
    private String cookie() {
        return "hawtio-" + server.getAddress().getPort() + "=" + key;
    }

    private void answerItself(HttpExchange exchange, String name) throws IOException {
        String answer = ANSWERS.get(name);
        if (answer == null) {
            sendFile(exchange, name);
        } else {
            send(exchange, 200, "application/json", answer);
        }
    }

    /** What is no file is an address within the application, if a person asks for it. */
    private void sendFile(HttpExchange exchange, String name) throws IOException {
        ZipEntry file = name.isEmpty() || name.contains("-INF/") ? null : files.getEntry(name);
        String accepted = exchange.getRequestHeaders().getFirst("Accept");
        if (file == null && accepted != null && accepted.contains("text/html")) {
            file = files.getEntry("index.html");
        }
        if (file == null || file.isDirectory()) {
            send(exchange, 404, "text/plain", "Not found");
            return;
        }
        String end = file.getName().substring(file.getName().lastIndexOf('.') + 1);
        String type = TYPES.getOrDefault(end.toLowerCase(Locale.ROOT), "application/octet-stream");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, 0);
        try (InputStream content = files.getInputStream(file)) {
            content.transferTo(exchange.getResponseBody());
        }
    }

    private static void redirect(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Location", ROOT + "camel");
        exchange.sendResponseHeaders(302, -1);
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Takes as long for a value that begins right as for one that does not. */
    private static boolean same(String expected, @Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    private static String key() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}

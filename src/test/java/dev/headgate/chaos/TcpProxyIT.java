package dev.headgate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy between a client and a server that sends back what it gets. */
class TcpProxyIT {

    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(this::serve, "echo");
        server.setDaemon(true);
        server.start();
        proxy = new TcpProxy(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passes_bytes_both_ways() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, "one")).isEqualTo("one");
            assertThat(answer(client, "two")).isEqualTo("two");
        }
    }

    @Test
    void shows_what_clients_get() throws IOException {
        List<String> shown = new CopyOnWriteArrayList<>();
        try (Socket client = connect()) {
            proxy.watch(shown::add);
            answer(client, "seen");
            proxy.watch(null);
            answer(client, "unseen");
        }
        assertThat(String.join("", shown)).isEqualTo("seen");
    }

    @Test
    void delays_each_direction() throws IOException {
        try (Socket client = connect()) {
            proxy.delay(Duration.ofMillis(100));
            long start = System.nanoTime();

            assertThat(answer(client, "late")).isEqualTo("late");

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }
    }

    @Test
    void cuts_what_is_open_and_accepts_what_is_new() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, "before")).isEqualTo("before");

            proxy.cut();

            assertThat(isBroken(client)).isTrue();
        }
        try (Socket client = connect()) {
            assertThat(answer(client, "after")).isEqualTo("after");
        }
    }

    @Test
    void refuses_what_is_new_until_told_otherwise() throws IOException {
        proxy.refuse(true);
        try (Socket client = connect()) {
            assertThat(isBroken(client)).isTrue();
        }
        proxy.refuse(false);
        try (Socket client = connect()) {
            assertThat(answer(client, "again")).isEqualTo("again");
        }
    }

    @Test
    void keeps_bytes_back_while_it_is_frozen() throws IOException {
        try (Socket client = connect()) {
            proxy.freeze(true);
            client.setSoTimeout(200);
            assertThatThrownBy(() -> answer(client, "kept")).isInstanceOf(SocketTimeoutException.class);

            proxy.freeze(false);

            client.setSoTimeout(10_000);
            assertThat(read(client, 4)).isEqualTo("kept");
        }
    }

    @Test
    void gives_one_answer_to_whatever_is_asked_until_told_otherwise() throws IOException {
        proxy.answer("no".getBytes(StandardCharsets.UTF_8));
        try (Socket client = connect()) {
            client.getOutputStream().write("much to ask".getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().write(new byte[1_000_000]);
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes()).isEqualTo("no".getBytes(StandardCharsets.UTF_8));
        }
        proxy.answer(null);
        try (Socket client = connect()) {
            assertThat(answer(client, "again")).isEqualTo("again");
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static String answer(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return read(client, text.length());
    }

    private static String read(Socket client, int length) throws IOException {
        return new String(client.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    /** An end of the stream, or an error. */
    private static boolean isBroken(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                Thread copy = new Thread(() -> sendBack(client), "echo-copy");
                copy.setDaemon(true);
                copy.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void sendBack(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException cut) {
            // as the test wants it
        }
    }
}

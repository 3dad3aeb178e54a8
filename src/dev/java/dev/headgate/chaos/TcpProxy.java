package dev.headgate.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A way to a port of the loopback interface that somebody can make slow, still or broken. Passes bytes until told otherwise;
 * each switch holds for connections that exist and for new ones. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;
    private static final Duration FROZEN_LOOK = Duration.ofMillis(5);

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean refusing;
    private volatile byte @Nullable [] answer;
    private volatile boolean frozen;
    private volatile @Nullable Consumer<String> watcher;

    /** Listens on a port of its own from now on. */
    public TcpProxy(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** How long each chunk of at most 64 kB waits before it is passed on, in either direction. */
    public void delay(Duration perChunk) {
        delay = perChunk;
    }

    /** Breaks all connections; new ones are accepted. */
    public void cut() {
        sockets.forEach(this::close);
    }

    /** Whether new connections are broken at once. */
    public void refuse(boolean yes) {
        refusing = yes;
    }

    /**
     * What new connections get as the only answer, whatever they ask, in place of being passed on; those that are open are to
     * be cut.
     *
     * @param bytes null to pass them on again
     */
    public void answer(byte @Nullable [] bytes) {
        answer = bytes == null ? null : bytes.clone();
    }

    /** Whether bytes are kept back, while connections stay open and new ones are accepted. */
    public void freeze(boolean yes) {
        frozen = yes;
    }

    /**
     * Who is told what clients are about to get, chunk by chunk, each byte as a character, by the thread of its connection.
     *
     * @param told null for nobody
     */
    public void watch(@Nullable Consumer<String> told) {
        watcher = told;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException ignored) {
            // it is not listening any more
        }
        cut();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                byte[] only = answer;
                if (refusing) {
                    close(client);
                } else if (only != null) {
                    daemon(() -> answer(client, only));
                } else {
                    connect(client);
                }
            } catch (IOException ignored) {
                // the client sees a broken connection
            }
        }
        cut();
    }

    /** It reads on until the client has read: who closes a connection with something unread in it takes back the answer. */
    private void answer(Socket client, byte[] only) {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = client.getInputStream();
            int length = in.read(chunk);
            if (length >= 0) {
                client.getOutputStream().write(only);
            }
            while (length >= 0) {
                length = in.read(chunk);
            }
        } catch (IOException ignored) {
            // the client has gone
        } finally {
            close(client);
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(upstream);
            daemon(() -> pass(client, upstream, false));
            daemon(() -> pass(upstream, client, true));
        } catch (IOException e) {
            close(client);
            throw e;
        }
    }

    /** The end of one direction is the end of both. */
    private void pass(Socket from, Socket to, boolean answers) {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                LockSupport.parkNanos(delay.toNanos());
                while (frozen && !from.isClosed()) {
                    LockSupport.parkNanos(FROZEN_LOOK.toNanos());
                }
                Consumer<String> told = watcher;
                if (answers && told != null) {
                    told.accept(new String(chunk, 0, length, StandardCharsets.ISO_8859_1));
                }
                out.write(chunk, 0, length);
            }
        } catch (IOException ignored) {
            // cut
        } finally {
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException ignored) {
            // it is closed
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}

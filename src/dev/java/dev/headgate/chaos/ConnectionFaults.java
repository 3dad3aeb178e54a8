package dev.headgate.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.function.Function;

/** What happens on the way from all processes to a server. */
final class ConnectionFaults {

    private ConnectionFaults() {}

    static FaultKind.Maker toPostgres(Function<TcpProxy, Fault> fault) {
        return site -> fault.apply(site.proxy());
    }

    static FaultKind.Maker toQueue(Function<TcpProxy, Fault> fault) {
        return site -> fault.apply(site.queueProxy());
    }

    static FaultKind.Maker toS3(Function<TcpProxy, Fault> fault) {
        return site -> fault.apply(site.s3Proxy());
    }

    /** Broken again and again; between two cuts some batches pass. */
    static final class Cut implements Fault {
        private static final long EVERY_MILLIS = 200;

        private final TcpProxy proxy;
        private final Thread cutting = new Thread(this::cut, "chaos-cut");

        Cut(TcpProxy proxy) {
            this.proxy = proxy;
            cutting.setDaemon(true);
        }

        @Override
        public void apply() {
            cutting.start();
        }

        @Override
        public void heal() throws InterruptedException {
            cutting.interrupt();
            cutting.join();
        }

        private void cut() {
            try {
                while (true) {
                    proxy.cut();
                    Thread.sleep(EVERY_MILLIS);
                }
            } catch (InterruptedException healed) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** All takes longer. */
    static final class Delayed implements Fault {
        private static final Duration PER_CHUNK = Duration.ofMillis(150);

        private final TcpProxy proxy;

        Delayed(TcpProxy proxy) {
            this.proxy = proxy;
        }

        @Override
        public void apply() {
            proxy.delay(PER_CHUNK);
        }

        @Override
        public void heal() {
            proxy.delay(Duration.ZERO);
        }
    }

    /** Open, and nothing passes; what is on its way arrives afterwards, commits too. */
    static final class Silent implements Fault {
        private final TcpProxy proxy;

        Silent(TcpProxy proxy) {
            this.proxy = proxy;
        }

        @Override
        public void apply() {
            proxy.freeze(true);
        }

        @Override
        public void heal() {
            proxy.freeze(false);
        }
    }

    /** Broken, and no new one is made. */
    static final class Refused implements Fault {
        private final TcpProxy proxy;

        Refused(TcpProxy proxy) {
            this.proxy = proxy;
        }

        @Override
        public void apply() {
            proxy.refuse(true);
            proxy.cut();
        }

        @Override
        public void heal() {
            proxy.refuse(false);
        }
    }

    /** Each request is answered with 503, as by a server that asks to slow down; what was under way is broken. */
    static final class Unavailable implements Fault {
        private static final byte[] ANSWER =
                "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

        private final TcpProxy proxy;

        Unavailable(TcpProxy proxy) {
            this.proxy = proxy;
        }

        @Override
        public void apply() {
            proxy.answer(ANSWER);
            proxy.cut();
        }

        @Override
        public void heal() {
            proxy.answer(null);
        }
    }
}

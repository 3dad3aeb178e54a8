package dev.headgate.chaos;

import java.time.Duration;

/** What happens on the way from all processes to the database. */
final class ConnectionFaults {

    private ConnectionFaults() {}

    /** Broken again and again; between two cuts some batches pass. */
    static final class Cut implements Fault {
        private static final long EVERY_MILLIS = 200;

        private final TcpProxy proxy;
        private final Thread cutting = new Thread(this::cut, "chaos-cut");

        Cut(Site site) {
            proxy = site.proxy();
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

        Delayed(Site site) {
            proxy = site.proxy();
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

        Silent(Site site) {
            proxy = site.proxy();
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

        Refused(Site site) {
            proxy = site.proxy();
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
}

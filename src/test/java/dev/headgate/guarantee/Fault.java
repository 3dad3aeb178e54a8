package dev.headgate.guarantee;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.headgate.chaos.FrozenProcess;
import java.time.Duration;

/** What can be wrong with a database for a while. */
enum Fault {
    CONNECTIONS_CUT_AGAIN_AND_AGAIN {
        @Override
        void start(Sink sink) {
            sink.repeat(sink.proxy::cut, Duration.ofMillis(200));
        }

        @Override
        void stop(Sink sink) {
            sink.endRepeating();
        }

        /** Between two cuts some batches pass. */
        @Override
        boolean holds() {
            return false;
        }
    },
    CONNECTIONS_DELAYED {
        @Override
        void start(Sink sink) {
            sink.proxy.delay(Duration.ofMillis(300));
        }

        @Override
        void stop(Sink sink) {
            sink.proxy.delay(Duration.ZERO);
        }

        /** It goes on, slowly. */
        @Override
        boolean holds() {
            return false;
        }
    },
    /** After the socket timeout nobody knows whether a commit has arrived; it may arrive still, when the network is back. */
    CONNECTIONS_SILENT {
        @Override
        String urlParameters() {
            return "?socketTimeout=4";
        }

        @Override
        void start(Sink sink) {
            sink.proxy.freeze(true);
        }

        @Override
        void stop(Sink sink) {
            sink.proxy.freeze(false);
        }
    },
    /** Twice the session timeout: a consumer that did not poll meanwhile would lose its partitions. */
    SERVER_DOWN("08001") {
        @Override
        Duration lasts() {
            return Duration.ofSeconds(20);
        }

        @Override
        void start(Sink sink) {
            Servers.POSTGRES.stop();
        }

        @Override
        void stop(Sink sink) {
            Servers.POSTGRES.restart();
        }
    },
    /** Statements wait for their answer, up to the socket timeout of 60 s. */
    SERVER_FROZEN {
        @Override
        Duration lasts() {
            return Duration.ofSeconds(15);
        }

        @Override
        void start(Sink sink) {
            FrozenProcess.freeze(Servers.POSTGRES.pid());
        }

        @Override
        void stop(Sink sink) {
            FrozenProcess.thaw(Servers.POSTGRES.pid());
        }
    },
    DISK_FULL("53100") {
        @Override
        void prepare(Sink sink) {
            SmallDisk disk = SmallDisk.mount(MEGABYTES);
            assumeThat(disk).as("a file system that this user may mount").isNotNull();
            sink.disk = disk;
            sink.execute("create tablespace {role} location '" + disk.folder() + "'");
            sink.execute("alter table headgate.ledger set tablespace {role}");
        }

        @Override
        void start(Sink sink) {
            sink.disk.fill();
        }

        @Override
        void stop(Sink sink) {
            sink.disk.empty();
        }

        @Override
        void tidy(Sink sink) {
            if (sink.disk != null) {
                sink.execute("alter table headgate.ledger set tablespace pg_default");
                sink.execute("drop tablespace {role}");
                sink.disk.close();
            }
        }
    },
    /** Longer than a lane waits for a connection of the pool. */
    CONNECTION_QUOTA_USED_UP("53300") {
        @Override
        Duration lasts() {
            return Duration.ofSeconds(13);
        }

        @Override
        void start(Sink sink) {
            sink.execute("alter role {role} connection limit 0");
            sink.disconnect();
        }

        @Override
        void stop(Sink sink) {
            sink.execute("alter role {role} connection limit -1");
        }
    },
    GRANT_REVOKED("42501") {
        @Override
        void start(Sink sink) {
            sink.execute("revoke insert on orders from {role}");
        }

        @Override
        void stop(Sink sink) {
            sink.execute("grant insert on orders to {role}");
        }
    },
    COLUMN_RENAMED("42703") {
        @Override
        void start(Sink sink) {
            sink.execute("alter table orders rename column channel to medium");
        }

        @Override
        void stop(Sink sink) {
            sink.execute("alter table orders rename column medium to channel");
        }
    },
    READ_ONLY("25006") {
        @Override
        void start(Sink sink) {
            sink.execute("alter role {role} set default_transaction_read_only = on");
            sink.disconnect();
        }

        /** The setting is one of new sessions: those that the pool has keep it. */
        @Override
        void stop(Sink sink) {
            sink.execute("alter role {role} reset default_transaction_read_only");
        }
    };

    private static final int MEGABYTES = 16;

    private final String state;

    Fault() {
        this("");
    }

    Fault(String state) {
        this.state = state;
    }

    /** A SQLSTATE that batches are refused with while it lasts; empty if that may differ. */
    String state() {
        return state;
    }

    /** Once, while all is well and Headgate runs. */
    void prepare(Sink sink) {}

    abstract void start(Sink sink);

    abstract void stop(Sink sink);

    /** Undoes what {@link #prepare} did, however it went; Headgate runs still. */
    void tidy(Sink sink) {}

    Duration lasts() {
        return Duration.ofSeconds(10);
    }

    /** What the JDBC URL ends with. */
    String urlParameters() {
        return "";
    }

    /** Whether nothing at all is written while it lasts. */
    boolean holds() {
        return true;
    }
}

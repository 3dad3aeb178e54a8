package dev.headgate.chaos;

import dev.headgate.devservices.DevPostgres;

/** What happens to the database server. */
final class PostgresFaults {

    private PostgresFaults() {}

    /** Shut down, its sessions broken, and started again. */
    static final class Stopped implements Fault {
        private final DevPostgres postgres;

        Stopped(Site site) {
            postgres = site.postgres();
        }

        @Override
        public void apply() {
            postgres.stop();
        }

        @Override
        public void heal() {
            postgres.restart();
        }
    }

    /** Gone at once, and started again: it recovers from its log. */
    static final class Crashed implements Fault {
        private final DevPostgres postgres;

        Crashed(Site site) {
            postgres = site.postgres();
        }

        @Override
        public void apply() {
            postgres.crash();
        }

        @Override
        public void heal() {
            postgres.restart();
        }
    }

    /** Its connections are open, and nothing answers. */
    static final class Frozen implements Fault {
        private final DevPostgres postgres;

        Frozen(Site site) {
            postgres = site.postgres();
        }

        @Override
        public void apply() {
            FrozenProcess.freeze(postgres.pid());
        }

        @Override
        public void heal() {
            FrozenProcess.thaw(postgres.pid());
        }
    }
}

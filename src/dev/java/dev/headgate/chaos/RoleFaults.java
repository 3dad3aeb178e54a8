package dev.headgate.chaos;

/** What an administrator does to the role of the processes. */
final class RoleFaults {

    private RoleFaults() {}

    /** Sessions may only read. */
    static final class ReadOnly implements Fault {
        private final Site site;

        ReadOnly(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws InterruptedException {
            site.execute("alter role " + Site.ROLE + " set default_transaction_read_only = on");
            site.disconnect();
        }

        /** Those that are open stay as they are: to notice that is up to the processes. */
        @Override
        public void heal() throws InterruptedException {
            site.execute("alter role " + Site.ROLE + " reset default_transaction_read_only");
        }
    }

    /** No session may be opened, and those that were are ended. */
    static final class ConnectionLimit implements Fault {
        private final Site site;

        ConnectionLimit(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws InterruptedException {
            site.execute("alter role " + Site.ROLE + " connection limit 0");
            site.disconnect();
        }

        @Override
        public void heal() throws InterruptedException {
            site.execute("alter role " + Site.ROLE + " connection limit -1");
        }
    }

    /** The ledger may not be written. */
    static final class GrantRevoked implements Fault {
        private final Site site;

        GrantRevoked(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws InterruptedException {
            site.execute("revoke insert on headgate.ledger from " + Site.ROLE);
        }

        @Override
        public void heal() throws InterruptedException {
            site.execute("grant insert on headgate.ledger to " + Site.ROLE);
        }
    }
}

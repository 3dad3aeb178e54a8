package dev.headgate.chaos;

/**
 * What an administrator does to the database, and takes back.
 *
 * @param disconnects whether it is felt only by sessions that begin after it, so that those that are open are ended
 */
record SqlFault(Site site, String wrong, String right, boolean disconnects) implements Fault {

    private static final String ROLE = "alter role " + Site.ROLE;

    /** Sessions may only read. Those that are open when it is over stay as they are: to notice that is up to the processes. */
    static FaultKind.Maker readOnly() {
        return site -> new SqlFault(
                site,
                ROLE + " set default_transaction_read_only = on",
                ROLE + " reset default_transaction_read_only",
                true);
    }

    /** No session may be opened, and those that were are ended. */
    static FaultKind.Maker connectionLimit() {
        return site -> new SqlFault(site, ROLE + " connection limit 0", ROLE + " connection limit -1", true);
    }

    /** The table that every batch writes into may not be. */
    static FaultKind.Maker grantRevoked() {
        return site -> new SqlFault(
                site,
                "revoke insert on %s from %s".formatted(site.batchTable(), Site.ROLE),
                "grant insert on %s to %s".formatted(site.batchTable(), Site.ROLE),
                false);
    }

    /** Each batch takes half a second longer. */
    static FaultKind.Maker slow() {
        return site -> trigger(site, "slow");
    }

    /** What Postgres says when there is no room for a row. */
    static FaultKind.Maker diskFull() {
        return site -> trigger(site, "disk_full");
    }

    /** Statements name a column that is called otherwise. */
    static FaultKind.Maker columnRenamed() {
        return site -> new SqlFault(
                site,
                "alter table %s rename column source to origin".formatted(site.batchTable()),
                "alter table %s rename column origin to source".formatted(site.batchTable()),
                false);
    }

    /** On the table that every batch writes into. */
    private static SqlFault trigger(Site site, String function) {
        return new SqlFault(
                site,
                "create trigger chaos before insert on %s for each statement execute function chaos.%s()"
                        .formatted(site.batchTable(), function),
                "drop trigger if exists chaos on " + site.batchTable(),
                false);
    }

    @Override
    public void apply() throws InterruptedException {
        site.execute(wrong);
        if (disconnects) {
            site.disconnect();
        }
    }

    @Override
    public void heal() throws InterruptedException {
        site.execute(right);
    }
}

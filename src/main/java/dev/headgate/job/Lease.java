package dev.headgate.job;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What allows this process to execute jobs. Its number fences: what an attempt does to its job's row, it does only while the
 * row has the number under which it was claimed.
 *
 * <p>Over here when two thirds of its time in the database are: handlers that are interrupted then have the last third to
 * end in, before anybody there may take their jobs. {@link #current} and {@link #holds} are thread-safe and ask no server;
 * the others belong to one thread.
 */
final class Lease {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final Term NONE = new Term(0, 0);

    private record Term(long id, long untilNanos) {}

    private final LeaseTable table;
    private final String holder;
    private final Duration lasting;
    private volatile Term term = NONE;

    /**
     * None yet.
     *
     * @param holder for people who look at the table
     */
    Lease(LeaseTable table, String holder, Duration lasting) {
        this.table = table;
        this.holder = holder;
        this.lasting = lasting;
    }

    /** Its number, or 0 while there is none. */
    long current() {
        Term now = term;
        return isOver(now) ? 0 : now.id;
    }

    boolean holds(long id) {
        return current() == id;
    }

    /** Renews it when a third of its time is over, or takes a new one. */
    void keep() {
        long began = System.nanoTime();
        Term before = term;
        if (before.id != 0 && before.untilNanos - began > lasting.toNanos() / 3) {
            return;
        }
        if (before.id != 0 && !isOver(before) && table.renew(before.id, lasting)) {
            term = term(before.id, began);
            return;
        }
        if (before.id != 0) {
            term = NONE;
            LOG.warn("The lease of this process was not renewed in time; its jobs are executed again");
        }
        term = term(table.take(holder, lasting), began);
    }

    /** Lets others have its jobs at once. */
    void giveUp() {
        long id = term.id;
        term = NONE;
        if (id != 0) {
            table.giveUp(id);
        }
    }

    /** @param beganNanos before the database was asked, and so before its time begins there */
    private Term term(long id, long beganNanos) {
        return new Term(id, beganNanos + lasting.toNanos() / 3 * 2);
    }

    private static boolean isOver(Term term) {
        return term.id == 0 || System.nanoTime() - term.untilNanos >= 0;
    }
}

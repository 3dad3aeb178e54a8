package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** Where the messages of a benchmark come in: orders, those of a backlog and those of a load. */
interface Inflow {
    /** The seeds of the orders of the backlog, of the load, and of what comes before both to warm a process up. */
    int BACKLOG = 1;

    int LOAD = 2;

    int WARM_UP = 3;

    /** What the ids of orders of a seed begin with; their numbers follow, from one. */
    static String prefix(int seed) {
        return "order-" + seed + "-";
    }

    /** Whether messages are to be committed before they can be delivered. */
    boolean commits();

    /** Whom those can ask for who want to see more than what is made by hand. */
    List<Contender> peers();

    /** Takes out of a copy of the routes what is not to run. */
    void adapt(Path routes) throws IOException;

    /** Creates what messages wait in. */
    void create(BenchServers servers, String contender);

    /** Returns when so many messages have been brought there; the contender may run already. */
    void backlog(BenchServers servers, String contender, int seed, int messages);

    /**
     * Sends so many more at a rate, and those that are late at once.
     *
     * @return when each was due, by its number from zero, however late it was sent: who waits for a slow server waits,
     *     too
     */
    LongUnaryOperator load(BenchServers servers, String contender, int perSecond, int messages);
}

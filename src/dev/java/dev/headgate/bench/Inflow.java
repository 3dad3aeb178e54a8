package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongUnaryOperator;

/** Where the messages of a benchmark come in: orders, those of a backlog and those of a load. */
interface Inflow {
    /** What the ids of the orders of the backlog begin with; their numbers follow, from one. */
    String BACKLOG = "order-1-";

    /** The same of the load. */
    String LOAD = "order-2-";

    int LOAD_SEED = 2;

    /** Whether messages are to be committed before they can be delivered. */
    boolean commits();

    /** Takes out of a copy of the routes what is not to run. */
    void adapt(Path routes) throws IOException;

    /** Returns when so many messages wait for this contender. */
    void backlog(BenchServers servers, String contender, int messages);

    /**
     * Sends so many more at a rate, and those that are late at once.
     *
     * @return when each was due, by its number from zero, however late it was sent: who waits for a slow server waits,
     *     too
     */
    LongUnaryOperator load(BenchServers servers, String contender, int perSecond, int messages);
}

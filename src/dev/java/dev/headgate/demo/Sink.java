package dev.headgate.demo;

import java.sql.SQLException;
import java.util.List;

/** Where the orders end up, and what must be there. */
interface Sink extends AutoCloseable {
    /** The demo calls this for each message before it is sent, from one thread. */
    void sending(OrderMessage message);

    /** What is not done yet although the source may be empty. */
    long pending() throws SQLException;

    /** Reads what is there, when nothing flows any more. */
    List<Figure> audit(Totals expected) throws SQLException;

    /** Where it is, for a person: one line each. */
    List<String> addresses();

    @Override
    void close();
}

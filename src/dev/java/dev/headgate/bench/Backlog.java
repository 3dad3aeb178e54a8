package dev.headgate.bench;

import java.util.Map;

/** What is drained, again and again. */
interface Backlog<M extends PlainMessage> {
    /** Returns when so many messages wait under this name, for whoever drains next. */
    void fill(String name, int count);

    /** One consumer of the plain loop; all of one drain work together. */
    Feed<M> feed(String name);

    /** What tells Headgate to drain it, with so many consumers. */
    Map<String, String> properties(String name, int consumers);
}

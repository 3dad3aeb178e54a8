package dev.headgate.bench;

import java.util.List;

/** One consumer as one writes it by hand. Used by one thread. */
interface Feed<M extends PlainMessage> extends AutoCloseable {
    /** What has come; empty after a short wait in vain. */
    List<M> poll();

    /** Returns when the source knows that these are done. */
    void acknowledge(List<M> stored);

    @Override
    void close();
}

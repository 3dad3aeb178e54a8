package dev.headgate.guarantee;

import java.util.Map;

/** Where the messages of a {@link PipelineContract} come from. */
interface MessageSource extends AutoCloseable {

    /** What Headgate has to be started with. */
    Map<String, String> properties();

    /** Messages of one key are delivered in the order in which they are sent. */
    void send(String key, String id, String body);

    /** Returns when all that was sent has arrived at the source. */
    void flush();

    /** How many of the messages that it has are not acknowledged. */
    long unacknowledged();

    /** It does not answer until it comes back. */
    void disappear();

    /** Returns when it answers again. What had been sent before may be gone. */
    void comeBack();

    @Override
    void close();
}

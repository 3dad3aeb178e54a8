package dev.headgate.guarantee;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the messages of a {@link PipelineContract} are to have an effect on. */
interface Effects extends AutoCloseable {

    /** What Headgate has to be started with. */
    Map<String, String> properties();

    /** Each effect as {@code ORDER-VERSION}, in the order in which they were made. */
    List<String> all();

    /** The table in which each batch writes a row, after all else. */
    String lastTable();

    /** It fails until it is restored. */
    void breakDown();

    /** For these reasons, and perhaps for others. */
    Set<String> reasons();

    void restore();

    @Override
    void close();
}

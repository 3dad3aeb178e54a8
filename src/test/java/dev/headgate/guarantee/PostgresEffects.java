package dev.headgate.guarantee;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The orders of the shipped SQL and their outbox entries. */
final class PostgresEffects implements Effects {

    private static final String ENTRIES =
            "select key || '-' || (convert_from(payload, 'UTF8')::json ->> 'version') from headgate.outbox order by id";

    private final Pipeline pipeline;
    private final Sink sink;

    PostgresEffects(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.sink = new Sink(pipeline);
    }

    @Override
    public Map<String, String> properties() {
        return sink.properties("");
    }

    @Override
    public List<String> all() {
        return pipeline.texts(ENTRIES);
    }

    @Override
    public String lastTable() {
        return "headgate.outbox";
    }

    @Override
    public void breakDown() {
        Fault.READ_ONLY.start(sink);
    }

    @Override
    public Set<String> reasons() {
        return Set.of("SQLSTATE " + Fault.READ_ONLY.state());
    }

    @Override
    public void restore() {
        Fault.READ_ONLY.stop(sink);
    }

    @Override
    public void close() {
        sink.close();
    }
}

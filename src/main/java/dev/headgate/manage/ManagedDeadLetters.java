package dev.headgate.manage;

import dev.headgate.manage.meters.TableQueries;
import dev.headgate.manage.meters.TableQueries.Open;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;

/** The dead letters in JMX. Each look asks the database. Thread-safe. */
@ManagedResource(description = "Dead letters that nobody has decided about, replays under way included")
public final class ManagedDeadLetters {

    private final TableQueries tables;

    ManagedDeadLetters(TableQueries tables) {
        this.tables = tables;
    }

    @ManagedAttribute(description = "How many; counted up to 100,000")
    public long getOpen() throws SQLException {
        return tables.ask().deadLetters().stream().mapToLong(Open::messages).sum();
    }

    @ManagedAttribute(description = "How many, by pipeline and reason")
    public Map<String, Map<String, Long>> getReasons() throws SQLException {
        Map<String, Map<String, Long>> reasons = new TreeMap<>();
        for (Open open : tables.ask().deadLetters()) {
            reasons.computeIfAbsent(open.pipeline(), pipeline -> new TreeMap<>())
                    .put(open.reason(), open.messages());
        }
        return reasons;
    }
}

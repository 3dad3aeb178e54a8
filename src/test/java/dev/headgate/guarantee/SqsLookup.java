package dev.headgate.guarantee;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.util.FileSystemUtils;

/** A step before the batch whose server is down for some messages, and what it was asked. */
final class SqsLookup implements Processor {

    private static final String VALIDATE = "              - to: { id: orders-validate";
    private static final String LOOKUP =
            "              - process:\n                  id: orders-lookup\n                  ref: lookup\n";

    private final BiPredicate<String, Integer> down;
    private final Map<String, List<Long>> asked = new LinkedHashMap<>();

    /** @param down whether it fails for the message of an id, when asked so many times */
    SqsLookup(BiPredicate<String, Integer> down) {
        this.down = down;
    }

    /** The shipped routes with this step; returns the folder. */
    static Path routes(Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        Path file = folder.resolve("sqs/orders.camel.yaml");
        Files.writeString(file, Files.readString(file).replace(VALIDATE, LOOKUP + VALIDATE));
        return folder.resolve("sqs");
    }

    @Override
    public synchronized void process(Exchange exchange) throws SQLException {
        String id = exchange.getMessage().getHeader("message-id", String.class);
        List<Long> times = asked.computeIfAbsent(id, key -> new ArrayList<>());
        times.add(System.nanoTime());
        if (down.test(id, times.size())) {
            throw new SQLException("the lookup's server is down", "08006");
        }
    }

    synchronized int asked(String id) {
        return asked.getOrDefault(id, List.of()).size();
    }

    /** Between the times it was asked about a message. */
    synchronized List<Duration> gaps(String id) {
        List<Long> times = asked.getOrDefault(id, List.of());
        List<Duration> gaps = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add(Duration.ofNanos(times.get(i) - times.get(i - 1)));
        }
        return gaps;
    }
}

package dev.headgate.bench;

import dev.headgate.demo.KafkaSource;
import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.Trouble;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** Through a source topic of each contender's own, which is named as it is. */
final class TopicInflow implements Inflow {

    @Override
    public boolean commits() {
        return true;
    }

    @Override
    public List<Contender> peers() {
        return List.of(Contender.SPRING, Contender.CAMEL, Contender.SINK);
    }

    @Override
    public void adapt(Path routes) {
        // All of them run.
    }

    @Override
    public void create(BenchServers servers, String contender) {
        servers.createTopic(contender, Map.of());
    }

    @Override
    public void backlog(BenchServers servers, String contender, int seed, int messages) {
        try (var source = new KafkaSource(servers.brokers(), contender, contender)) {
            Preload.run(source, seed, messages);
        }
    }

    @Override
    public LongUnaryOperator load(BenchServers servers, String contender, int perSecond, int messages) {
        var generator = new OrderGenerator(LOAD, Trouble.NONE);
        try (var source = new KafkaSource(servers.brokers(), contender, contender)) {
            LongUnaryOperator due = Times.evenly(Times.now(), perSecond);
            for (int number = 0; number < messages; number++) {
                Times.sleepUntil(due.applyAsLong(number));
                source.send(generator.next());
            }
            source.flush();
            return due;
        }
    }
}

package dev.headgate.deadletter;

import dev.headgate.message.SourcePosition;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;

/**
 * The topics and queues that the routes of this installation consume: a dead letter is sent there and nowhere else, whatever
 * its row says. Entries of the outbox and jobs stay in the database. Immutable.
 */
public final class ConsumedSources implements Predicate<SourcePosition> {

    private static final String KAFKA = "kafka:";
    private static final String SQS = "aws2-sqs:";

    private final List<String> uris;

    /** @param uris those that routes consume from, without placeholders; other schemes are no matter */
    public ConsumedSources(Collection<String> uris) {
        this.uris = uris.stream()
                .map(uri -> uri.replaceFirst("^([a-z0-9-]+:)//", "$1"))
                .toList();
    }

    /** Those of the routes in the context at present. */
    public static ConsumedSources in(CamelContext context) {
        return new ConsumedSources(context.getRoutes().stream()
                .map(route -> route.getEndpoint().getEndpointUri())
                .toList());
    }

    @Override
    public boolean test(SourcePosition message) {
        SourcePosition position = message.whole();
        if (position instanceof SourcePosition.Kafka kafka) {
            return uris.stream().anyMatch(uri -> uri.startsWith(KAFKA) && hasTopic(uri, kafka.topic()));
        }
        if (position instanceof SourcePosition.Sqs sqs) {
            return uris.stream()
                    .anyMatch(uri -> uri.startsWith(SQS) && rest(uri, SQS).equals(sqs.queue()));
        }
        return position instanceof SourcePosition.Outbox || position instanceof SourcePosition.Job;
    }

    private static boolean hasTopic(String uri, String topic) {
        String topics = rest(uri, KAFKA);
        return uri.matches(".*[?&]topicIsPattern=true.*")
                ? topic.matches(topics)
                : Arrays.asList(topics.split(",", -1)).contains(topic);
    }

    private static String rest(String uri, String scheme) {
        int options = uri.indexOf('?');
        return uri.substring(scheme.length(), options < 0 ? uri.length() : options);
    }
}

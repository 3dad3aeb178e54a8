package dev.headgate.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;

/** A destination that remembers what arrived, in order of arrival, and can be told to refuse. Thread-safe. */
final class Receiver implements Processor {

    /** Throws what the destination answers to a bulk before it is received. */
    interface Refusal {
        void check(List<Message> bulk) throws Exception;
    }

    private final List<Message> arrived = new ArrayList<>();
    private final List<Integer> bulks = new ArrayList<>();
    private volatile Refusal refusal = bulk -> {};

    @Override
    public void process(Exchange exchange) throws Exception {
        List<Message> bulk = ((List<?>) exchange.getMessage().getBody())
                .stream().map(child -> ((Exchange) child).getMessage()).toList();
        refusal.check(bulk);
        synchronized (this) {
            bulks.add(bulk.size());
            arrived.addAll(bulk);
        }
    }

    Receiver refuse(Refusal refusal) {
        this.refusal = refusal;
        return this;
    }

    synchronized List<Message> arrived() {
        return List.copyOf(arrived);
    }

    synchronized List<Integer> bulks() {
        return List.copyOf(bulks);
    }

    synchronized int size() {
        return arrived.size();
    }

    List<String> ids() {
        return arrived().stream().map(Receiver::id).toList();
    }

    Map<String, List<Long>> idsByKey() {
        return arrived().stream()
                .collect(Collectors.groupingBy(
                        message -> message.getHeader(KafkaConstants.KEY, String.class),
                        Collectors.mapping(message -> entry(id(message)), Collectors.toList())));
    }

    /** The id of the row in what a receiver sees. */
    static Long entry(String id) {
        return Long.valueOf(id.substring(id.lastIndexOf('-') + 1));
    }

    static String id(Message message) {
        return message.getHeader("message-id", String.class);
    }
}

package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class ConflictLogTest {

    private final List<String> lines = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private final ConflictLog conflicts = new ConflictLog(recorder(), () -> now);

    private Logger recorder() {
        return (Logger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    lines.add(Arrays.deepToString(arguments));
                    return null;
                });
    }

    @Test
    void an_example_is_logged_once_a_minute_with_how_many_there_were() {
        writtenAfter(Duration.ZERO, "a", "b");
        writtenAfter(Duration.ofMillis(59_999), "c");
        assertThat(lines).singleElement().asString().contains("[2, orders, ", "a, p, ", "used by orders-0-3");
        writtenAfter(Duration.ofMillis(1), "d");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).contains("[2, orders, ", "d, p, ");
    }

    @Test
    void a_batch_without_conflicts_says_nothing() {
        conflicts.written(batch(List.of(message("a"))));
        assertThat(lines).isEmpty();
    }

    private void writtenAfter(Duration pause, String... keys) {
        now = now.plus(pause);
        List<Message> messages = new ArrayList<>(List.of(message("no conflict")));
        for (String key : keys) {
            Message message = message(key);
            message.conflict(new Rejection("orders", "id used before with other content", "used by orders-0-3", 1));
            messages.add(message);
        }
        conflicts.written(batch(messages));
    }

    private static Batch batch(List<Message> messages) {
        return new Batch("orders", messages, Batch.Closed.COUNT, new BatchPolicy(false, false, true, null));
    }

    private static Message message(String key) {
        return new Message(new DefaultExchange(new DefaultCamelContext()), "p", key, null, new byte[1], null);
    }
}

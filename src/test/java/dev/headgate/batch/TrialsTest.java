package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.batch.WriteResult.Refused;
import dev.headgate.failure.Failure;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class TrialsTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static final String WHY = "SQLSTATE 23514";

    private final RefusalWindow window = new RefusalWindow(() -> 0.5);
    private final Message uncertain = message("a");
    private final Message certain = message("b");
    private final Message later = message("a");
    private final AtomicLong nanoTime = new AtomicLong();
    private final Trials trials = new Trials(
            List.of(uncertain, certain, later),
            window,
            new ChunkSize(),
            new BatchPolicy(false, false, true, null),
            nanoTime::get);

    @Test
    void what_was_not_counted_as_refused_takes_nothing_off_the_count_when_it_is_written() {
        assertThat(trials.refused(uncertain, refusal(WHY, new SQLException()), 0, 0))
                .isTrue();
        assertThat(trials.refused(certain, refusal(WHY, new RejectedException("schema", "no")), 0, 0))
                .isFalse();
        trials.written(certain);
        assertThat(window.why(WHY)).startsWith("1 of 1 messages");
    }

    @Test
    void nor_when_it_is_refused_for_another_reason() {
        trials.refused(uncertain, refusal(WHY, new SQLException()), 0, 0);
        trials.refused(certain, refusal(WHY, new RejectedException("schema", "no")), 0, 0);
        trials.refused(certain, refusal("SQLSTATE 22003", new SQLException()), 0, 0);
        assertThat(window.why(WHY)).startsWith("1 of 1 messages");
        assertThat(window.why("SQLSTATE 22003")).startsWith("1 of 1 messages");

        trials.written(certain);
        assertThat(window.why("SQLSTATE 22003")).startsWith("0 of 0 messages");
    }

    /** Else the later ones of a key could be free when earlier ones, which were looked at a moment before, were not. */
    @Test
    void who_waits_is_freed_by_an_attempt_and_never_by_the_time_that_passes() {
        Refused denied = new Refused(new Failure.Undecided("SQLSTATE 42501", "no"), new SQLException());
        trials.refused(uncertain, denied, 0, 0);
        trials.refused(uncertain, denied, 0, 0);
        trials.refused(uncertain, denied, 0, 0);
        assertThat(trials.waits(later, false)).isTrue();

        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(trials.waits(later, false)).isTrue();

        trials.refused(uncertain, denied, 0, 0);
        assertThat(trials.waits(later, false)).isFalse();
    }

    private static Refused refusal(String reason, Exception cause) {
        return new Refused(new Failure.Rejected(reason, "no"), cause);
    }

    private static Message message(String key) {
        DefaultExchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(Message.ORDERING_KEY, key);
        return new Message(exchange, "p", "id", key, new byte[0], null);
    }
}

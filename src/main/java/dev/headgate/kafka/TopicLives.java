package dev.headgate.kafka;

import dev.headgate.failure.FailureLog;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The numbers of the lives of topics, asked of the database on a thread of its own: a consumer that waits for one goes on
 * polling. Asked again each second while the database cannot be used. Thread-safe.
 */
final class TopicLives {

    // A thread for each question: it may hang with the database, and there are as many as topics.
    private static final Executor AT_ONCE = question -> {
        Thread thread = new Thread(question, "topic-lives");
        thread.setDaemon(true);
        thread.start();
    };
    private static final Executor LATER = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, AT_ONCE);

    private record Life(String topic, String token) {}

    private final ToIntBiFunction<String, String> numbering;
    private final Map<Life, CompletableFuture<Integer>> numbers = new HashMap<>();
    private final FailureLog failures =
            new FailureLog(LoggerFactory.getLogger(TopicLives.class), "Numbering a topic", InstantSource.system());

    /** @param numbering the number of a source's life by its name and token; may block, and throw */
    TopicLives(ToIntBiFunction<String, String> numbering) {
        this.numbering = numbering;
    }

    /** The number of a topic's life, or null if it is not known yet: ask again. Never blocks on the database. */
    synchronized @Nullable Integer number(String topic, String token) {
        Life life = new Life(topic, token);
        CompletableFuture<Integer> number = numbers.computeIfAbsent(life, unknown -> ask(unknown, AT_ONCE));
        if (!number.isDone()) {
            return null;
        }
        try {
            Integer known = number.join();
            failures.over();
            return known;
        } catch (CompletionException e) {
            failures.failed(e.getCause() == null ? e : e.getCause(), "topic " + topic + " is not read until it works");
            numbers.put(life, ask(life, LATER));
            return null;
        }
    }

    private CompletableFuture<Integer> ask(Life life, Executor when) {
        return CompletableFuture.supplyAsync(() -> numbering.applyAsInt("kafka:" + life.topic, life.token), when);
    }
}

package dev.headgate.sqs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** How messages are dealt out to requests of SQS. Plain arithmetic. */
final class Batches {

    private static final int MOST = 10;

    /** The oldest limit of a request that SQS had; a larger message travels alone. */
    private static final int MOST_BYTES = 256 * 1024;

    private Batches() {}

    /** Takes the first message of each key, and all that have none, out of the list. */
    static <T> List<T> round(List<T> waiting, Function<T, @Nullable String> key) {
        Set<String> keys = new HashSet<>();
        List<T> round = new ArrayList<>();
        List<T> later = new ArrayList<>();
        for (T message : waiting) {
            String its = key.apply(message);
            (its == null || keys.add(its) ? round : later).add(message);
        }
        waiting.clear();
        waiting.addAll(later);
        return round;
    }

    /** Up to ten together, in order. */
    static <T> List<List<T>> tens(List<T> messages, ToIntFunction<T> bytes) {
        List<List<T>> tens = new ArrayList<>();
        List<T> ten = new ArrayList<>();
        int size = 0;
        for (T message : messages) {
            int its = bytes.applyAsInt(message);
            if (!ten.isEmpty() && (ten.size() == MOST || size + its > MOST_BYTES)) {
                tens.add(ten);
                ten = new ArrayList<>();
                size = 0;
            }
            ten.add(message);
            size += its;
        }
        if (!ten.isEmpty()) {
            tens.add(ten);
        }
        return tens;
    }
}

package dev.headgate.backpressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InflightLimitTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final InflightLimit limit = new InflightLimit(3, 100);

    @Test
    void is_full_at_the_messages_and_not_just_under() {
        limit.acquire(1);
        limit.acquire(1);
        assertThat(limit.isFull()).isFalse();
        limit.acquire(1);
        assertThat(limit.isFull()).isTrue();
        limit.release(1);
        assertThat(limit.isFull()).isFalse();
    }

    @Test
    void is_full_at_the_bytes_and_not_just_under() {
        limit.acquire(99);
        assertThat(limit.isFull()).isFalse();
        limit.acquire(1);
        assertThat(limit.isFull()).isTrue();
        limit.release(99);
        assertThat(limit.isFull()).isFalse();
    }

    @Test
    void acquiring_never_blocks_and_the_highest_is_remembered() {
        for (int i = 0; i < 10; i++) {
            limit.acquire(1000);
        }
        for (int i = 0; i < 10; i++) {
            limit.release(1000);
        }
        assertThat(limit.highestMessages()).isEqualTo(10);
        assertThat(limit.messages()).isZero();
        assertThat(limit.bytes()).isZero();
    }

    @Test
    void waiting_ends_at_the_release_that_makes_room() throws Exception {
        limit.acquire(100);
        CountedCondition room = new CountedCondition();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> limit.await(room::holds, LONG));
        room.awaitAsked(1);
        assertThat(waiting).isNotDone();
        limit.release(100);
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waiting_ends_at_its_time() {
        limit.acquire(100);
        assertThat(limit.awaitRoom(Duration.ofMillis(1))).isFalse();
        limit.release(100);
        assertThat(limit.awaitRoom(Duration.ZERO)).isTrue();
    }

    @Test
    void an_interrupted_wait_ends_at_once_and_stays_interrupted() {
        limit.acquire(100);
        Thread.currentThread().interrupt();
        assertThat(limit.awaitRoom(LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void counts_are_exact_under_contention() {
        InflightLimit shared = new InflightLimit(1, 1);
        CompletableFuture<?>[] threads = new CompletableFuture<?>[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 50_000; i++) {
                    shared.acquire(i);
                    shared.release(i);
                }
            });
        }
        CompletableFuture.allOf(threads).join();
        assertThat(shared.messages()).isZero();
        assertThat(shared.bytes()).isZero();
        assertThat(shared.highestMessages()).isBetween(1L, 4L);
    }

    @Test
    void a_limit_below_one_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new InflightLimit(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new InflightLimit(1, 0));
    }

    private final class CountedCondition {

        private final AtomicInteger asked = new AtomicInteger();

        boolean holds() {
            asked.incrementAndGet();
            return !limit.isFull();
        }

        void awaitAsked(int times) {
            org.awaitility.Awaitility.await().until(() -> asked.get() >= times);
        }
    }
}

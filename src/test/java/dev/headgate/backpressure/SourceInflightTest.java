package dev.headgate.backpressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourceInflightTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final InflightLimit limit = new InflightLimit(5, 1_000, 3, 100);
    private final SourceInflight orders = limit.source("orders");
    private final SourceInflight letters = limit.source("letters");

    @Test
    void a_source_is_one_object_and_counts_with_the_process() {
        assertThat(limit.source("orders")).isSameAs(orders);
        orders.acquire(10);
        letters.acquire(20);
        assertThat(orders.messages()).isEqualTo(1);
        assertThat(orders.bytes()).isEqualTo(10);
        assertThat(limit.messages()).isEqualTo(2);
        assertThat(limit.bytes()).isEqualTo(30);
        orders.release(10);
        assertThat(orders.messages()).isZero();
        assertThat(limit.bytes()).isEqualTo(20);
        assertThat(orders.highestMessages()).isEqualTo(1);
    }

    @Test
    void a_source_at_its_own_messages_or_bytes_holds_up_no_other() {
        acquire(orders, 2, 1);
        assertThat(orders.isFull()).isFalse();
        orders.acquire(1);
        assertThat(orders.isFull()).isTrue();
        letters.acquire(99);
        assertThat(letters.isFull()).isFalse();
        letters.acquire(1);
        assertThat(letters.isFull()).isTrue();
        assertThat(limit.isFull()).isTrue();
        orders.release(1);
        assertThat(limit.isFull()).isFalse();
        assertThat(orders.isFull()).isFalse();
    }

    @Test
    void a_full_process_holds_up_every_source() {
        acquire(orders, 3, 1);
        acquire(letters, 1, 1);
        assertThat(letters.isFull()).isFalse();
        letters.acquire(1);
        assertThat(letters.isFull()).isTrue();
        assertThat(letters.hasRoom()).isFalse();
        orders.release(1);
        assertThat(letters.isFull()).isFalse();
        assertThat(letters.hasRoom()).isTrue();
    }

    @Test
    void a_source_goes_on_only_when_a_sixteenth_of_a_larger_limit_is_free() {
        SourceInflight large = new InflightLimit(160, 1_600).source("large");
        acquire(large, 160, 1);
        assertThat(large.isFull()).isTrue();
        release(large, 10, 1);
        assertThat(large.isFull()).isFalse();
        assertThat(large.hasRoom()).isFalse();
        large.release(1);
        assertThat(large.hasRoom()).isTrue();
    }

    @Test
    void a_source_goes_on_only_when_a_sixteenth_of_the_bytes_is_free() {
        SourceInflight large = new InflightLimit(160, 1_600).source("large");
        large.acquire(1_500);
        assertThat(large.hasRoom()).isFalse();
        large.release(1_500);
        large.acquire(1_499);
        assertThat(large.hasRoom()).isTrue();
    }

    @Test
    void a_held_source_is_full_until_every_holder_has_let_it_go() {
        AtomicInteger told = new AtomicInteger();
        orders.onPause(told::incrementAndGet);
        orders.pause("a");
        orders.pause("b");
        assertThat(told).hasValue(2);
        assertThat(orders.isFull()).isTrue();
        assertThat(limit.isPaused()).isTrue();
        assertThat(letters.isFull()).isFalse();
        orders.resume("a");
        orders.resume("unknown");
        assertThat(orders.isPaused()).isTrue();
        orders.resume("b");
        assertThat(orders.isFull()).isFalse();
        assertThat(limit.isPaused()).isFalse();
    }

    @Test
    void waiting_ends_when_the_hold_ends() throws Exception {
        orders.pause("a");
        CompletableFuture<Boolean> waiting = waiting();
        orders.resume("a");
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waiting_ends_when_another_source_makes_room_in_the_process() throws Exception {
        acquire(letters, 5, 1);
        CompletableFuture<Boolean> waiting = waiting();
        letters.release(1);
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waiting_ends_when_a_limit_is_raised() throws Exception {
        acquire(orders, 3, 1);
        CompletableFuture<Boolean> waiting = waiting();
        orders.setMaxMessages(4);
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void limits_can_be_lowered_below_what_is_in_flight() {
        acquire(orders, 2, 10);
        orders.setMaxMessages(1);
        assertThat(orders.isFull()).isTrue();
        orders.setMaxMessages(3);
        orders.setMaxBytes(20);
        assertThat(orders.isFull()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> orders.setMaxBytes(0));
        limit.setMaxMessages(2);
        assertThat(letters.isFull()).isTrue();
    }

    @Test
    void counts_are_exact_under_contention() {
        CompletableFuture<?>[] threads = new CompletableFuture<?>[4];
        for (int t = 0; t < threads.length; t++) {
            SourceInflight own = t % 2 == 0 ? orders : letters;
            threads[t] = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 50_000; i++) {
                    own.acquire(i);
                    own.release(i);
                }
            });
        }
        CompletableFuture.allOf(threads).join();
        assertThat(orders.messages() + letters.messages() + limit.messages()).isZero();
        assertThat(orders.bytes() + letters.bytes() + limit.bytes()).isZero();
    }

    /** Of a source that has to wait. */
    private CompletableFuture<Boolean> waiting() {
        assertThat(orders.awaitRoom(Duration.ofMillis(1))).isFalse();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> orders.awaitRoom(LONG));
        org.awaitility.Awaitility.await().until(() -> limit.waitsForRoom());
        return waiting;
    }

    private static void acquire(SourceInflight source, int messages, int size) {
        IntStream.range(0, messages).forEach(i -> source.acquire(size));
    }

    private static void release(SourceInflight source, int messages, int size) {
        IntStream.range(0, messages).forEach(i -> source.release(size));
    }
}

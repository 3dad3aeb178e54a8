package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkSizeTest {

    private final ChunkSize size = new ChunkSize();

    @Test
    void a_batch_is_whole_until_one_of_it_is_refused_and_again_when_none_is() {
        assertThat(size.isWhole()).isTrue();
        size.tried(2_000, 1);
        assertThat(size.isWhole()).isFalse();
        assertThat(size.get()).isBetween(1_000, 2_000);
        for (int i = 0; i < 5; i++) {
            size.tried(1_000, 0);
        }
        assertThat(size.isWhole()).isTrue();
    }

    @Test
    void it_follows_the_share_that_is_refused() {
        assertThat(after(0.002)).isBetween(550, 700);
        assertThat(after(0.05)).isBetween(115, 135);
        assertThat(after(0.3)).isBetween(48, 54);
        assertThat(after(1)).isBetween(24, 32);
    }

    private int after(double share) {
        for (int i = 0; i < 10_000; i++) {
            size.tried(1_000, (int) (1_000 * share));
        }
        return size.get();
    }
}

package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkSizeTest {

    private final ChunkSize size = new ChunkSize();

    @Test
    void a_batch_is_whole_until_one_of_it_is_refused_and_again_when_none_is() {
        assertThat(size.get()).isGreaterThan(100_000);
        size.refused();
        assertThat(size.get()).isEqualTo(128);
        for (int i = 0; i < 12; i++) {
            size.written(size.get());
        }
        assertThat(size.get()).isGreaterThan(2_000);
    }

    @Test
    void refusals_shrink_it_and_what_was_less_than_a_chunk_does_not_grow_it() {
        for (int i = 0; i < 10; i++) {
            size.refused();
        }
        assertThat(size.get()).isEqualTo(64);
        size.written(63);
        assertThat(size.get()).isEqualTo(64);
        size.written(64);
        assertThat(size.get()).isGreaterThan(64);
    }
}

package dev.headgate.manage.meters;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BucketsTest {

    private static final double[] BOUNDS = {1, 10, 60, Double.POSITIVE_INFINITY};

    @Test
    void a_quantile_lies_evenly_in_its_bucket() {
        Buckets buckets = new Buckets(BOUNDS, new long[] {50, 40, 10, 0});

        assertThat(buckets.quantile(0.5)).isEqualTo(1);
        assertThat(buckets.quantile(0.7)).isEqualTo(5.5);
        assertThat(buckets.quantile(0.99)).isEqualTo(55);
    }

    @Test
    void beyond_the_last_edge_is_the_last_edge() {
        assertThat(new Buckets(BOUNDS, new long[] {0, 0, 0, 3}).quantile(0.5)).isEqualTo(60);
    }

    @Test
    void of_nothing_there_is_no_quantile() {
        assertThat(new Buckets(BOUNDS, new long[4]).quantile(0.5)).isNaN();
    }

    @Test
    void what_is_at_the_edge_is_not_above_it() {
        Buckets buckets = new Buckets(BOUNDS, new long[] {1, 2, 4, 8});

        assertThat(buckets.above(60)).isEqualTo(8);
        assertThat(buckets.above(10)).isEqualTo(12);
        assertThat(buckets.count()).isEqualTo(15);
    }

    @Test
    void an_earlier_reading_is_taken_off() {
        Buckets later = new Buckets(BOUNDS, new long[] {5, 5, 5, 5});

        assertThat(later.since(new Buckets(BOUNDS, new long[] {5, 4, 5, 3})).count())
                .isEqualTo(3);
    }
}

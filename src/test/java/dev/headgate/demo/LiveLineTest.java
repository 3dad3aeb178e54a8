package dev.headgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.demo.LiveLine.Figures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LiveLineTest {
    private final LiveLine line = new LiveLine();

    @Test
    void rates_are_since_the_last_line_and_counts_since_the_start() {
        line.next(new Figures(Duration.ofSeconds(1), 2000, 1500, 100, 5, 300, 400));

        String second = line.next(new Figures(Duration.ofSeconds(3), 6000, 5500, 200, 10, 20, 30));

        assertThat(second.replaceAll(" +", " ").trim())
                .isEqualTo("3s in 2000/s applied 2000/s duplicates 200 dead 10 inflight 20 lag 30 p50 - p99 -");
    }

    @Test
    void it_fits_a_terminal_whatever_happens() {
        line.endToEnd(Duration.ofMillis(9_994));
        line.endToEnd(Duration.ofSeconds(999));

        String longest = line.next(new Figures(
                Duration.ofSeconds(9_999), 9_999L * 9_999, 9_999L * 999_999, 999_999_999, 9_999, 999_999, 12_345));

        assertThat(longest)
                .hasSizeLessThanOrEqualTo(100)
                .contains("applied 999k/s duplicates 999M dead 9999 inflight 999k lag  12k p50 9.99s p99  999s");
    }

    @Test
    void latencies_are_of_the_messages_since_the_last_line() {
        for (int i = 0; i < 98; i++) {
            line.endToEnd(Duration.ofMillis(20));
        }
        line.endToEnd(Duration.ofMillis(900));
        line.endToEnd(Duration.ofSeconds(12));

        assertThat(line.next(new Figures(Duration.ofSeconds(1), 0, 0, 0, 0, 0, 0)))
                .containsPattern("p50 +0.02s p99 +0.90s");
        assertThat(line.next(new Figures(Duration.ofSeconds(2), 0, 0, 0, 0, 0, 0)))
                .containsPattern("p50 +- p99 +-");
    }
}

package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.bench.FlowResult.Drained;
import dev.headgate.bench.SizeBench.Case;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SizeResultTest {

    private static final List<Case> EMPTY = List.of(measured(0, "random", 20_000), measured(0, "ordered", 30_000));

    @Test
    void the_fall_is_against_empty_tables_and_the_same_keys() {
        assertThat(measured(1_000, "ordered", 27_000).against(EMPTY).fallPercent())
                .isEqualTo(10.0);
        assertThat(measured(1_000, "random", 21_000).against(EMPTY).fallPercent())
                .isEqualTo(-5.0);
    }

    @Test
    void without_empty_tables_there_is_none() {
        assertThat(measured(1_000, "ordered", 27_000).against(List.of()).fallPercent())
                .isNull();
        assertThat(measured(0, "ordered", 27_000).against(EMPTY).fallPercent()).isNull();
    }

    private static Case measured(long rows, String keys, long perSecond) {
        return new Case(rows, keys, false, new Drained(perSecond, Map.of(), 1), 1, 1, 0, null);
    }
}

package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CpuClockTest {

    @Test
    void counts_the_process_and_its_children_that_have_ended_whatever_its_name() {
        assertThat(CpuClock.ticks("42 (a) b (c) S 1 42 42 0 -1 4194560 100 200 1 2 30 7 500 40 20 0 1 0 99 1000 50\n"))
                .isEqualTo(30 + 7 + 500 + 40);
    }

    @Test
    void counts_a_process_that_runs() throws Exception {
        // A shell that has worked: its own child has ended, and it waits.
        Process process = new ProcessBuilder(
                        "sh", "-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; echo done; read end")
                .start();
        try {
            assertThat(process.inputReader().readLine()).isEqualTo("done");
            assertThat(new CpuClock(process.pid()).micros()).isGreaterThan(20_000);
            assertThat(new CpuClock(ProcessHandle.current().pid()).micros()).isGreaterThan(100_000);
        } finally {
            process.destroy();
        }
    }

    @Test
    void between_two_samples_time_grows_evenly() {
        NavigableMap<Long, Long> samples = new TreeMap<>(Map.of(1000L, 500L, 2000L, 700L, 3000L, 1700L));

        assertThat(CpuSamples.at(samples, 1000)).isEqualTo(500);
        assertThat(CpuSamples.at(samples, 1250)).isEqualTo(550);
        assertThat(CpuSamples.at(samples, 2500)).isEqualTo(1200);
        assertThat(CpuSamples.at(samples, 10)).isEqualTo(500);
        assertThat(CpuSamples.at(samples, 9999)).isEqualTo(1700);
    }
}

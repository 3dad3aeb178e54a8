package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The processor time used so far by a process and all its descendants, those that have ended too; on Linux. */
record CpuClock(long pid) {

    /** The kernel counts for everybody in hundredths of a second, whatever its own clock is. */
    private static final long MICROS_PER_TICK = 10_000;

    /** Where the fields are, counted from after the name: utime, stime, and both of the children that were waited for. */
    private static final int FIRST_TIME = 11;

    private static final int TIMES = 4;

    long micros() {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .mapToLong(process -> micros(process.pid()))
                .sum();
    }

    private static long micros(long process) {
        try {
            return ticks(Files.readString(Path.of("/proc", Long.toString(process), "stat"))) * MICROS_PER_TICK;
        } catch (IOException e) {
            // It ended just now: its parent has its time.
            return 0;
        }
    }

    /** Of a file {@code /proc/PID/stat}; the name in it may hold anything. */
    static long ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return LongStream.range(FIRST_TIME, FIRST_TIME + TIMES)
                .map(i -> Long.parseLong(fields[(int) i]))
                .sum();
    }
}

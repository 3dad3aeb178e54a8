package dev.headgate.manage.slo;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** How a pipeline spends its error budgets: its counts of the last three days, minute by minute. Thread-safe. */
public final class Budget {

    private static final int KEPT = Window.D3.minutes();
    private static final int DAY = Window.D1.minutes();
    /** How long lag may be above its baseline. */
    private static final int PATIENCE = 10;

    private final Counts[] minutes = new Counts[KEPT];
    private final boolean[] above = new boolean[KEPT];
    private final boolean[] exceeded = new boolean[KEPT];
    private int next;
    private int size;

    /** Keeps what is counted at this time; the caller does so once a minute. */
    public synchronized void add(Counts counts) {
        above[next] = counts.lag() > baseline(counts);
        minutes[next] = counts;
        next = (next + 1) % KEPT;
        size = Math.min(size + 1, KEPT);
        exceeded[index(1)] = size >= PATIENCE && wasAboveThroughout();
    }

    /** The errors up to now. */
    public synchronized Errors errors(Objective objective, Counts now) {
        Map<Window, Double> ratios = new EnumMap<>(Window.class);
        if (size > 0) {
            for (Window window : Window.values()) {
                int back = Math.min(window.minutes(), size);
                ratios.put(window, window == Window.NOW ? waiting(objective, now, back) : ratio(objective, now, back));
            }
        }
        return new Errors(ratios);
    }

    private double waiting(Objective objective, Counts now, int back) {
        return objective == Objective.FRESHNESS
                ? share(now.waiting(), now.ended() - minute(back).ended() + now.waiting())
                : Double.NaN;
    }

    private double ratio(Objective objective, Counts now, int back) {
        return switch (objective) {
            case FRESHNESS -> shareLate(now, minute(back));
            case RELIABILITY ->
                share(
                        now.failed() - minute(back).failed(),
                        now.taken() - minute(back).taken());
            case CAPACITY -> shareExceeded(back);
        };
    }

    /** What waits for longer than the objective allows has missed it already, whenever it will end. */
    private static double shareLate(Counts now, Counts then) {
        double late = now.late() - then.late();
        return share(late + now.waiting(), now.ended() - then.ended() + now.waiting());
    }

    private static double share(double errors, double all) {
        return all > 0 ? errors / all : Double.NaN;
    }

    private double shareExceeded(int back) {
        int known = 0;
        int bad = 0;
        for (int i = 1; i <= back; i++) {
            known += Double.isNaN(minute(i).lag()) ? 0 : 1;
            bad += exceeded[index(i)] ? 1 : 0;
        }
        // 0 / 0 is not a number: nothing is known.
        return (double) bad / known;
    }

    /** 1.5 times the median of a day, and 100 messages, and those of 10 s. */
    private double baseline(Counts now) {
        int back = Math.min(DAY, size);
        double[] lags = new double[back];
        int known = 0;
        for (int i = 1; i <= back; i++) {
            double lag = minute(i).lag();
            if (!Double.isNaN(lag)) {
                lags[known++] = lag;
            }
        }
        if (known == 0) {
            return Double.POSITIVE_INFINITY;
        }
        Arrays.sort(lags, 0, known);
        int rate = Math.min(PATIENCE, size);
        double perMinute = (now.acknowledged() - minute(rate).acknowledged()) / rate;
        return 1.5 * lags[known / 2] + 100 + perMinute / 6;
    }

    private boolean wasAboveThroughout() {
        for (int i = 1; i <= PATIENCE; i++) {
            if (!above[index(i)]) {
                return false;
            }
        }
        return true;
    }

    private Counts minute(int back) {
        return minutes[index(back)];
    }

    private int index(int back) {
        return (next - back + KEPT) % KEPT;
    }
}

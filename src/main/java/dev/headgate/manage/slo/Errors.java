package dev.headgate.manage.slo;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The share of errors in each window; a window in which nothing happened has none. Immutable. */
public final class Errors {

    /** A rate that spends 2 % of a month's budget in an hour. */
    private static final double FAST = 14.4;
    /** A rate that spends 5 % of it in six hours. */
    private static final double LESS_FAST = 6;

    private final Map<Window, Double> ratios = new EnumMap<>(Window.class);

    /** @param ratios from 0 to 1; those that are not a number are left out */
    public Errors(Map<Window, Double> ratios) {
        ratios.forEach((window, ratio) -> {
            if (!ratio.isNaN()) {
                this.ratios.put(window, ratio);
            }
        });
    }

    public Optional<Double> ratio(Window window) {
        return Optional.ofNullable(ratios.get(window));
    }

    /** The state by the last day, and by the conditions of the objective's two alerts. */
    public ObjectiveState state(Objective objective) {
        double budget = objective.budget();
        if (ratios.isEmpty()) {
            return ObjectiveState.NO_DATA;
        }
        if (exceeds(Window.D1, budget)) {
            return ObjectiveState.BREACHED;
        }
        boolean burns = exceeds(Window.NOW, budget)
                || (exceeds(Window.H1, FAST * budget) && exceeds(Window.M5, FAST * budget))
                || (exceeds(Window.H6, LESS_FAST * budget) && exceeds(Window.M30, LESS_FAST * budget))
                || (exceeds(Window.D3, budget) && exceeds(Window.H6, budget));
        return burns ? ObjectiveState.AT_RISK : ObjectiveState.OK;
    }

    private boolean exceeds(Window window, double ratio) {
        return ratios.getOrDefault(window, 0.0) > ratio;
    }
}

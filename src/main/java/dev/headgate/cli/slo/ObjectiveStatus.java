package dev.headgate.cli.slo;

import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.TextTable;
import dev.headgate.manage.slo.Errors;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.ObjectiveState;
import dev.headgate.manage.slo.Window;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one objective of one pipeline stands. */
record ObjectiveStatus(String pipeline, Objective objective, ObjectiveState state, Errors errors) {

    private static final double PERCENT = 100;
    private static final MathContext DIGITS = new MathContext(2);

    static String table(List<ObjectiveStatus> statuses) {
        return new TextTable<ObjectiveStatus>()
                .column("SLO", 12, ObjectiveStatus::objective)
                .column("PIPELINE", 40, ObjectiveStatus::pipeline)
                .column("STATE", 9, ObjectiveStatus::state)
                .column("ALLOWED", 9, status -> percent(status.objective.budget()))
                .column("LAST DAY", 9, status -> status.share(Window.D1))
                .column("LAST HOUR", 9, status -> status.share(Window.H1))
                .column("5 MIN", 9, status -> status.share(Window.M5))
                .column("WAITING", 9, status -> status.share(Window.NOW))
                .column("OBJECTIVE", 80, status -> status.objective.text())
                .text(statuses);
    }

    static String json(List<ObjectiveStatus> statuses) {
        return new JsonText().pretty(statuses.stream().map(Answer::of).toList());
    }

    /** @param errorRatio null in a window in which nothing happened */
    private record Answer(
            Objective slo,
            String pipeline,
            ObjectiveState state,
            String objective,
            double budget,
            Map<Window, @Nullable Double> errorRatio) {

        static Answer of(ObjectiveStatus status) {
            Map<Window, @Nullable Double> ratios = new EnumMap<>(Window.class);
            for (Window window : Window.values()) {
                ratios.put(window, status.errors.ratio(window).orElse(null));
            }
            Objective objective = status.objective;
            return new Answer(objective, status.pipeline, status.state, objective.text(), objective.budget(), ratios);
        }
    }

    private String share(Window window) {
        return errors.ratio(window).map(ObjectiveStatus::percent).orElse("-");
    }

    private static String percent(double ratio) {
        BigDecimal percent = new BigDecimal(ratio * PERCENT).round(DIGITS).stripTrailingZeros();
        return (ratio == 0 ? "0" : percent.toPlainString()) + " %";
    }
}

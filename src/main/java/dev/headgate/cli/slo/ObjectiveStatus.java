package dev.headgate.cli.slo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.cli.command.TextTable;
import dev.headgate.manage.slo.Errors;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.ObjectiveState;
import dev.headgate.manage.slo.Window;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** How one objective of one pipeline stands. */
record ObjectiveStatus(String pipeline, Objective objective, ObjectiveState state, Errors errors) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double PERCENT = 100;
    private static final MathContext DIGITS = new MathContext(2);

    static String table(List<ObjectiveStatus> standings) {
        TextTable table = new TextTable(
                List.of("SLO", "PIPELINE", "STATE", "ALLOWED", "LAST DAY", "LAST HOUR", "5 MIN", "OBJECTIVE"),
                List.of(12, 40, 9, 9, 9, 9, 9, 80));
        standings.forEach(one -> table.add(
                one.objective.toString(),
                one.pipeline,
                one.state.toString(),
                percent(one.objective.budget()),
                one.share(Window.D1),
                one.share(Window.H1),
                one.share(Window.M5),
                one.objective.text()));
        return table.toString();
    }

    static String json(List<ObjectiveStatus> standings) {
        ArrayNode array = JSON.createArrayNode();
        for (ObjectiveStatus one : standings) {
            ObjectNode ratios = array.addObject()
                    .put("slo", one.objective.toString())
                    .put("pipeline", one.pipeline)
                    .put("state", one.state.toString())
                    .put("objective", one.objective.text())
                    .put("budget", one.objective.budget())
                    .putObject("errorRatio");
            for (Window window : Window.values()) {
                ratios.put(window.toString(), one.errors.ratio(window).orElse(null));
            }
        }
        return array.toPrettyString() + "\n";
    }

    private String share(Window window) {
        return errors.ratio(window).map(ObjectiveStatus::percent).orElse("-");
    }

    private static String percent(double ratio) {
        BigDecimal percent = new BigDecimal(ratio * PERCENT).round(DIGITS).stripTrailingZeros();
        return (ratio == 0 ? "0" : percent.toPlainString()) + " %";
    }
}

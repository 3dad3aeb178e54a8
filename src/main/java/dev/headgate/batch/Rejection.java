package dev.headgate.batch;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;

/**
 * Why a message can never be applied.
 *
 * @param stage the id of the step or route that refused it
 * @param reason short, the same for all messages refused for the same cause
 * @param error the details of this message's case
 */
public record Rejection(String stage, String reason, String error) {

    private static final int LONGEST_REASON = 200;
    private static final int LONGEST_ERROR = 2000;

    public Rejection {
        if (stage.isBlank() || reason.isBlank()) {
            throw new IllegalArgumentException("a rejection has a stage and a reason");
        }
        reason = cut(reason, LONGEST_REASON);
        error = cut(error, LONGEST_ERROR);
    }

    /** What the error handler caught in the route of this exchange. */
    static Rejection of(Exchange exchange) {
        String node = exchange.getExchangeExtension().getHistoryNodeId();
        String stage = node == null ? String.valueOf(exchange.getFromRouteId()) : node;
        Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        return caught == null ? new Rejection(stage, "rejected by the route", "") : of(stage, caught);
    }

    /** What the given failure says; its innermost {@link RejectedException}, if any, names the reason. */
    static Rejection of(String stage, Throwable failure) {
        Throwable innermost = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RejectedException rejected) {
                String reason = rejected.reason();
                return new Rejection(
                        stage, reason.isBlank() ? "rejected" : reason, String.valueOf(rejected.getMessage()));
            }
            innermost = cause;
        }
        String reason =
                innermost instanceof java.sql.SQLException sql ? "SQLSTATE " + sql.getSQLState() : className(innermost);
        return new Rejection(stage, reason, String.valueOf(innermost.getMessage()));
    }

    private static String className(Throwable failure) {
        String simple = failure.getClass().getSimpleName();
        return simple.isEmpty() ? failure.getClass().getName() : simple;
    }

    private static String cut(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest) : text;
    }
}

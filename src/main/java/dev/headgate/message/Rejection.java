package dev.headgate.message;

import dev.headgate.failure.Failure;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;

/**
 * Why a message can never be applied.
 *
 * @param stage the name of the step, route or batch that refused it; see {@link StepName}
 * @param reason short, the same for all messages refused for the same cause
 * @param error the details of this message's case
 * @param attempts how often it was tried, at least 1
 */
public record Rejection(String stage, String reason, String error, int attempts) {

    private static final int LONGEST_REASON = 200;
    private static final int LONGEST_ERROR = 2000;

    public Rejection {
        if (stage.isBlank() || reason.isBlank() || attempts < 1) {
            throw new IllegalArgumentException("a rejection has a stage, a reason and at least one attempt");
        }
        reason = cut(reason, LONGEST_REASON);
        error = cut(error, LONGEST_ERROR);
    }

    /** What the error handler caught in the route of this exchange, after how many attempts. */
    public static Rejection of(Exchange exchange) {
        String node = exchange.getExchangeExtension().getHistoryNodeId();
        String stage =
                node == null ? String.valueOf(exchange.getFromRouteId()) : StepName.of(exchange.getContext(), node);
        Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        int attempts = Attempts.of(exchange);
        return caught == null
                ? new Rejection(stage, "rejected by the route", "", attempts)
                : of(stage, Failure.of(caught), attempts);
    }

    /** What the given failure says. */
    public static Rejection of(String stage, Failure failure, int attempts) {
        return new Rejection(stage, failure.reason(), failure.error(), attempts);
    }

    /** The same, with what made it final before its reason. */
    public Rejection because(String last) {
        return new Rejection(stage, last + ": " + reason, error, attempts);
    }

    /** The same, with what was tried at the end of its details, however long these are. */
    public Rejection with(String evidence) {
        return new Rejection(stage, reason, cut(error, LONGEST_ERROR - evidence.length()) + evidence, attempts);
    }

    private static String cut(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest) : text;
    }
}

package dev.headgate.message;

import dev.headgate.failure.RejectedException;

/**
 * Refuses numbers that are short as text and long when somebody writes their digits: {@code 1e131071} is one of 131,072
 * digits to a database, {@code 1e999999999} one that no memory holds.
 */
public final class JsonNumbers {

    /** More than any measurement and any double has. */
    private static final int HIGHEST_EXPONENT = 1000;

    private JsonNumbers() {}

    /**
     * Looks through a JSON text.
     *
     * @throws RejectedException if a number in it has an exponent beyond 1000 or -1000
     */
    public static void require(byte[] json) {
        boolean inString = false;
        for (int i = 0; i < json.length; i++) {
            byte c = json[i];
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == 'e' || c == 'E') {
                requireExponent(json, i);
            }
        }
    }

    /**
     * Looks at a letter E outside of strings.
     *
     * @param at its position
     * @throws RejectedException if it begins an exponent beyond 1000 or -1000
     */
    public static void requireExponent(byte[] json, int at) {
        if (at == 0 || !(isDigit(json[at - 1]) || json[at - 1] == '.')) {
            return;
        }
        int i = at + 1;
        if (i < json.length && (json[i] == '+' || json[i] == '-')) {
            i++;
        }
        for (int exponent = 0; i < json.length && isDigit(json[i]); i++) {
            exponent = exponent * 10 + json[i] - '0';
            if (exponent > HIGHEST_EXPONENT) {
                throw new RejectedException(
                        "exponent beyond 1000",
                        "a number with an exponent beyond " + HIGHEST_EXPONENT + ", seen at byte " + at);
            }
        }
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }
}

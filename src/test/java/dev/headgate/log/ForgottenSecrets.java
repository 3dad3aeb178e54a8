package dev.headgate.log;

/** Ends the masking of what one test has named a secret, which may be a word that lines of the next one are asked for. */
public final class ForgottenSecrets {

    private ForgottenSecrets() {}

    /** Whatever had them runs no longer. */
    public static void forget() {
        MaskedLogEvents.forget();
    }
}

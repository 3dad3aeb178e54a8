package dev.headgate.demo;

/** The shares of messages that are not plain new orders, each from 0 to 1, together at most 1. */
public record Trouble(double duplicates, double updates, double invalid) {
    /** One in ten redelivered, one in five an update, one in two hundred invalid. */
    public static final Trouble REALISTIC = new Trouble(0.10, 0.20, 0.005);

    /** New, valid orders only. */
    public static final Trouble NONE = new Trouble(0, 0, 0);

    public Trouble {
        if (!(duplicates >= 0 && updates >= 0 && invalid >= 0 && duplicates + updates + invalid <= 1)) {
            throw new IllegalArgumentException("Shares must not be negative and not exceed 1 together: duplicates "
                    + duplicates + ", updates " + updates + ", invalid " + invalid);
        }
    }
}

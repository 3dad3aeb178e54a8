package dev.headgate.demo;

/**
 * How many messages of each kind were generated.
 *
 * @param created first versions of orders
 * @param updated later versions of orders
 * @param duplicates valid messages sent once more
 * @param invalid messages that must be refused
 */
public record Totals(long created, long updated, long duplicates, long invalid) {
    static final Totals ZERO = new Totals(0, 0, 0, 0);

    /** All messages. */
    public long produced() {
        return created + updated + duplicates + invalid;
    }

    /** Distinct ids of valid messages: what must be applied. */
    public long valid() {
        return created + updated;
    }

    Totals plus(OrderMessage.Kind kind) {
        return switch (kind) {
            case NEW -> new Totals(created + 1, updated, duplicates, invalid);
            case UPDATE -> new Totals(created, updated + 1, duplicates, invalid);
            case DUPLICATE -> new Totals(created, updated, duplicates + 1, invalid);
            case INVALID -> new Totals(created, updated, duplicates, invalid + 1);
        };
    }
}

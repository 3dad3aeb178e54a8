package dev.headgate.backpressure;

/** The rate of Camel's throttle: so many messages in so many milliseconds. */
public record ThrottleRate(long messages, long millis) {

    public static final long SECOND = 1_000;
    /** With fewer, messages would wait for the clock rather than for the rate. */
    private static final long FEWEST = 100;

    /** A rate in messages a second, of a period as short as it can be; of less than one a second, one in a longer period. */
    public static ThrottleRate ofMessagesPerSecond(double rate) {
        return rate < 1
                ? new ThrottleRate(1, Math.round(SECOND / rate))
                : new ThrottleRate(Math.round(rate), SECOND).divided();
    }

    /** The same rate, by 1000, 100 or 10 in both, without a rest. */
    public ThrottleRate divided() {
        for (long divisor = SECOND; divisor > 1; divisor /= 10) {
            if (messages % divisor == 0 && messages / divisor >= FEWEST) {
                return new ThrottleRate(messages / divisor, millis / divisor);
            }
        }
        return this;
    }

    public double messagesPerSecond() {
        return (double) messages * SECOND / millis;
    }
}

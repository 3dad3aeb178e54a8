package dev.headgate.bench;

import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.Source;
import dev.headgate.demo.Trouble;

/** Fills a source with valid orders of about 260 bytes, each of another order, as fast as the server takes them. */
final class Preload {
    private Preload() {}

    /** Returns when all messages are acknowledged. */
    static void run(Source source, long seed, long messages) {
        var generator = new OrderGenerator(seed, Trouble.NONE);
        for (long sent = 0; sent < messages; sent++) {
            source.send(generator.next());
        }
        source.flush();
    }
}

package dev.headgate.chaos;

import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.OrderMessage;
import dev.headgate.demo.Trouble;
import dev.headgate.rehearsal.Input;
import java.util.List;
import java.util.Map;

/** What is sent. Used by one thread. */
interface Messages {

    Message next();

    /**
     * One that cannot be applied, if these know how to make it; else any.
     *
     * @param tables whether it is to go into tables, not into objects
     */
    Message poison(boolean tables);

    /** The orders of the demo: one in twenty again, one in four an update, one in five hundred invalid. */
    static Messages orders(long seed) {
        OrderGenerator generator = new OrderGenerator(seed, new Trouble(0.05, 0.25, 0.002));
        Poison poison = new Poison();
        return new Messages() {
            @Override
            public Message next() {
                OrderMessage order = generator.next();
                String channel = order.channel();
                return new Message(
                        order.messageId(),
                        order.key(),
                        order.version(),
                        order.kind() == OrderMessage.Kind.INVALID,
                        channel == null ? Map.of() : Map.of("channel", channel),
                        order.bytes());
            }

            @Override
            public Message poison(boolean tables) {
                return poison.next(tables);
            }
        };
    }

    /** Recorded ones, over and over, each time with another id. */
    static Messages recorded(List<Input> lines) {
        return new Messages() {
            private long count;

            @Override
            public Message next() {
                int line = (int) (count++ % lines.size());
                Input input = lines.get(line);
                return new Message("recorded-" + count, input.key(), line + 1, false, input.headers(), input.payload());
            }

            @Override
            public Message poison(boolean tables) {
                return next();
            }
        };
    }
}

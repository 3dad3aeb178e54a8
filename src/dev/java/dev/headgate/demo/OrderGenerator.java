package dev.headgate.demo;

import dev.headgate.demo.Order.Item;
import dev.headgate.demo.Order.Status;
import dev.headgate.demo.OrderMessage.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * An endless stream of order messages, the same for the same seed.
 *
 * <p>Ids are unique within a seed. The versions of one order go up by one. Duplicates and updates refer to one of the
 * last 10,000 messages or orders, so memory is bounded; invalid messages are never duplicated and belong to orders of
 * their own.
 *
 * <p>{@link #next} belongs to one thread; {@link #totals} may be called by any.
 */
public final class OrderGenerator {
    private static final int WINDOW = 10_000;
    private static final Instant FIRST_ORDER = Instant.parse("2026-01-01T00:00:00.001Z");
    private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "CHF");
    private static final List<String> CHANNELS = List.of("web", "app", "store");
    private static final byte NEVER_IN_UTF8 = (byte) 0xFF;

    private final SplittableRandom random;
    private final String seedName;
    private final Trouble trouble;
    private final Recent<OrderMessage> messages = new Recent<>(WINDOW);
    private final Recent<Order> orders = new Recent<>(WINDOW);
    private volatile Totals totals = Totals.ZERO;
    private long orderCount;
    private long messageCount;

    public OrderGenerator(long seed, Trouble trouble) {
        this.random = new SplittableRandom(seed);
        this.seedName = Long.toString(seed, 36);
        this.trouble = trouble;
    }

    /** Makes the next message and counts it. */
    public OrderMessage next() {
        double draw = random.nextDouble();
        OrderMessage message;
        if (draw < trouble.duplicates()) {
            message = messages.isEmpty() ? created() : duplicated();
        } else if (draw < trouble.duplicates() + trouble.updates()) {
            message = orders.isEmpty() ? created() : updated();
        } else if (draw < trouble.duplicates() + trouble.updates() + trouble.invalid()) {
            message = invalid();
        } else {
            message = created();
        }
        totals = totals.plus(message.kind());
        return message;
    }

    /** What {@link #next} has returned so far. */
    public Totals totals() {
        return totals;
    }

    private OrderMessage created() {
        Order order = newOrder();
        orders.add(order);
        return remembered(message(order, order.json(), Kind.NEW));
    }

    private OrderMessage updated() {
        int position = orders.pick(random);
        Order order = orders.get(position);
        Order next = order.next(following(order.status()));
        orders.replace(position, next);
        return remembered(message(next, next.json(), Kind.UPDATE));
    }

    private OrderMessage duplicated() {
        return messages.get(messages.pick(random)).again();
    }

    private OrderMessage invalid() {
        Order order = newOrder();
        byte[] json = order.json();
        byte[] bytes =
                switch ((int) (totals.invalid() % 3)) {
                    case 0 -> Arrays.copyOf(json, json.length / 2);
                    case 1 -> order.withCents(-order.cents()).json();
                    default -> invalidUtf8(order);
                };
        return message(order, bytes, Kind.INVALID);
    }

    private static byte[] invalidUtf8(Order order) {
        byte[] json = order.json();
        int customer = new String(json, StandardCharsets.US_ASCII).indexOf(order.customer());
        json[customer] = NEVER_IN_UTF8;
        return json;
    }

    private OrderMessage remembered(OrderMessage message) {
        messages.add(message);
        return message;
    }

    private OrderMessage message(Order order, byte[] bytes, Kind kind) {
        String messageId = "event-" + seedName + "-" + ++messageCount;
        return new OrderMessage(order.id(), order.version(), messageId, channel(), bytes, kind);
    }

    private Order newOrder() {
        long number = ++orderCount;
        return new Order(
                "order-" + seedName + "-" + number,
                1,
                "customer-" + random.nextInt(100_000, 1_000_000),
                random.nextLong(100, 500_000),
                CURRENCIES.get(random.nextInt(CURRENCIES.size())),
                Status.NEW,
                FIRST_ORDER.plusMillis(number),
                List.of(item(), item(), item()));
    }

    private Item item() {
        return new Item("sku-" + random.nextInt(10_000, 100_000), random.nextInt(1, 10));
    }

    private Status following(Status status) {
        return switch (status) {
            case NEW -> random.nextInt(10) == 0 ? Status.CANCELLED : Status.PAID;
            case PAID, SHIPPED -> Status.SHIPPED;
            case CANCELLED -> Status.CANCELLED;
        };
    }

    private @Nullable String channel() {
        int choice = random.nextInt(9);
        return choice < 6 ? CHANNELS.get(choice / 2) : null;
    }
}

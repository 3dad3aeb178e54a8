package dev.headgate.demo;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** One version of an order, as the messages of the demo carry it; all text is ASCII without JSON's special characters. */
record Order(
        String id,
        int version,
        String customer,
        long cents,
        String currency,
        Status status,
        Instant placedAt,
        List<Item> items) {

    enum Status {
        NEW,
        PAID,
        SHIPPED,
        CANCELLED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Item(String sku, int quantity) {}

    Order next(Status newStatus) {
        return new Order(id, version + 1, customer, cents, currency, newStatus, placedAt, items);
    }

    Order withCents(long newCents) {
        return new Order(id, version, customer, newCents, currency, status, placedAt, items);
    }

    /** About 260 bytes of JSON. */
    byte[] json() {
        var json = new StringBuilder(320)
                .append("{\"order_id\":\"")
                .append(id)
                .append("\",\"version\":")
                .append(version)
                .append(",\"customer\":\"")
                .append(customer)
                .append("\",\"amount\":");
        appendAmount(json);
        json.append(",\"currency\":\"")
                .append(currency)
                .append("\",\"status\":\"")
                .append(status)
                .append("\",\"placed_at\":\"")
                .append(placedAt)
                .append("\",\"items\":[");
        for (int i = 0; i < items.size(); i++) {
            json.append(i == 0 ? "{\"sku\":\"" : ",{\"sku\":\"")
                    .append(items.get(i).sku())
                    .append("\",\"quantity\":")
                    .append(items.get(i).quantity())
                    .append('}');
        }
        return json.append("]}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void appendAmount(StringBuilder json) {
        long absolute = Math.abs(cents);
        json.append(cents < 0 ? "-" : "")
                .append(absolute / 100)
                .append('.')
                .append(absolute / 10 % 10)
                .append(absolute % 10);
    }
}

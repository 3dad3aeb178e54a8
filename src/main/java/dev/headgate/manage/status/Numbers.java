package dev.headgate.manage.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as JSON has them: whole ones without a point, six digits of others, null for none. */
final class Numbers {

    private static final MathContext DIGITS = new MathContext(6);

    private Numbers() {}

    static JsonNode node(double number) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return nodes.nullNode();
        }
        return number == (long) number
                ? nodes.numberNode((long) number)
                : nodes.numberNode(new BigDecimal(number).round(DIGITS).doubleValue());
    }
}

package dev.headgate.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExpressionAdapter;
import org.jspecify.annotations.Nullable;

/**
 * A field of the JSON object that is the body, as idempotency key: text, or a number or boolean as it is written. Where
 * there is no such field, or no JSON, the place the message came from, so that a later step can refuse it.
 */
public final class JsonField extends ExpressionAdapter {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final String name;

    /** @param name of a field of the outermost object; the first counts if there are several */
    public JsonField(String name) {
        this.name = name;
    }

    @Override
    public Object evaluate(Exchange exchange) {
        String value = value(exchange.getMessage().getBody());
        return value == null || value.isEmpty() ? Identity.position(exchange) : value;
    }

    private @Nullable String value(@Nullable Object body) {
        try (JsonParser parser = parser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                if (field.equals(name)) {
                    return token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
                }
                parser.skipChildren();
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    private static JsonParser parser(@Nullable Object body) throws IOException {
        if (body instanceof byte[] bytes) {
            return FACTORY.createParser(bytes);
        }
        return FACTORY.createParser(body instanceof String text ? text : "");
    }
}

package dev.headgate.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.JsonNumbers;
import dev.headgate.message.Utf8;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether bytes can stand in a JSON array as one element, so that a message never changes what its neighbours in
 * the array mean. Whether the element itself is valid JSON is the database's to say.
 */
final class JsonElement {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonElement() {}

    /** Whether it is one value of JSON and nothing else, read to its end: for what the database has refused already. */
    static boolean isJson(byte @Nullable [] text) {
        if (text == null) {
            return true;
        }
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Throws unless brackets and strings are closed, nothing is outside of them but one element, and it is UTF-8, without a
     * number that is long only when its digits are written.
     */
    static void require(byte[] text) {
        int depth = 0;
        boolean inString = false;
        boolean ascii = true;
        boolean blank = true;
        for (int i = 0; i < text.length; i++) {
            byte c = text[i];
            ascii &= c >= 0;
            blank &= c <= ' ' && c >= 0;
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
                refuseIf(depth < 0, i);
            } else if (c == ',') {
                refuseIf(depth == 0, i);
            } else if (c == 'e' || c == 'E') {
                JsonNumbers.requireExponent(text, i);
            }
        }
        refuseIf(blank || inString || depth != 0, text.length);
        if (!ascii && Utf8.faultIn(text) >= 0) {
            throw new RejectedException("invalid UTF-8", "the payload is not valid UTF-8");
        }
    }

    private static void refuseIf(boolean wrong, int position) {
        if (wrong) {
            throw new RejectedException("broken JSON", "not one JSON value, seen at byte " + position);
        }
    }
}

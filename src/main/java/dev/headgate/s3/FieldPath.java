package dev.headgate.s3;

import com.fasterxml.jackson.core.JsonStreamContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a field of a JSON object is: its name, or those of the objects it is in and its own, with dots between them, such
 * as {@code order.placed_at}. What is in an array is at no such place.
 */
record FieldPath(String text) {

    /** Whether a parser that is at a value is at this place. */
    boolean isAt(JsonStreamContext context) {
        return isAt(context, text.length());
    }

    private boolean isAt(JsonStreamContext context, int end) {
        @Nullable String name = context.getCurrentName();
        JsonStreamContext parent = context.getParent();
        if (name == null || parent == null) {
            return false;
        }
        int begin = end - name.length();
        if (begin < 0 || !text.regionMatches(begin, name, 0, name.length())) {
            return false;
        }
        return parent.inRoot() ? begin == 0 : begin > 0 && text.charAt(begin - 1) == '.' && isAt(parent, begin - 1);
    }
}

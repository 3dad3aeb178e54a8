package dev.headgate.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Orders that cannot be applied, each for another reason than the last one. Used by one thread. */
final class Poison {

    private static final String VALID =
            "{\"order_id\":\"%s\",\"version\":1,\"customer\":\"Ada\",\"amount\":12.50,\"currency\":\"EUR\",\"status\":\"paid\","
                    + "\"placed_at\":\"2026-01-01T00:00:00Z\"}";

    /** The first ones do not pass the schema, the last ones not the database. */
    private static final List<UnaryOperator<String>> CLASSES = List.of(
            json -> json.substring(0, json.length() / 2),
            json -> json + "x",
            json -> "[" + json + "]",
            json -> "{}",
            json -> "",
            json -> json.replace("Ada", "a\0b"),
            json -> json.replace("\"version\":1", "\"version\":\"one\""),
            json -> json.replace("12.50", "-1"),
            json -> json.replace("12.50", "1e131071"),
            json -> json.replace("paid", "lost"),
            json -> json.replace("Ada", "a\\u0000b"),
            json -> json.replace("Ada", "\\ud83d"),
            json -> json.replace("\"version\":1", "\"version\":99999999999"),
            json -> json.replace("\"version\":1", "\"version\":1.0"),
            json -> json.replace("2026-01-01T00:00:00Z", "soon"),
            json -> json.replace("2026-01-01T00:00:00Z", "2026-02-30"));

    /** As many of them are refused wherever they are to go: those from here on are fit for an object. */
    private static final int ANYWHERE = 10;

    private long count;

    /** @param tables whether it is to go into tables */
    Message next(boolean tables) {
        String key = "poison-" + ++count;
        UnaryOperator<String> harm = CLASSES.get((int) (count % (tables ? CLASSES.size() : ANYWHERE)));
        return new Message(
                key, key, 1, true, Map.of(), harm.apply(VALID.formatted(key)).getBytes(UTF_8));
    }
}

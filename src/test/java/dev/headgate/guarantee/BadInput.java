package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/** The table of what may arrive: each case, its message, and how it has to end. */
final class BadInput {

    private static final String APPLIED = "applied";
    private static final String BROKEN = "orders-validate: broken JSON";

    private final List<Case> cases = new ArrayList<>();

    /**
     * @param end "applied", or the stage and the reason of its dead letter
     */
    record Case(String name, String key, byte[] value, String end, List<Header> headers) {

        @Override
        public String toString() {
            return name;
        }
    }

    record Header(String name, byte[] value) {}

    private BadInput() {}

    static List<Case> cases() {
        BadInput table = new BadInput();
        table.structure();
        table.text();
        table.values();
        table.identity();
        table.headers();
        return table.cases;
    }

    private void structure() {
        add("empty body", new byte[0], "orders-validate: no body");
        add("null value", (byte[]) null, "orders-validate: no body");
        add("broken JSON", "{\"order_id\":", BROKEN);
        add("trailing garbage", order() + "x", BROKEN);
        add("two documents", order() + order(), BROKEN);
        add("end of the array that batches are sent as", order() + "],[" + order(), BROKEN);
        add("an array", "[" + order() + "]", "orders-validate: schema: $ type");
        add("a scalar", "42", "orders-validate: schema: $ type");
        add("the literal null", "null", "orders-validate: schema: $ type");
        add("an empty object", "{}", "orders-validate: schema: $ required");
        add("a comment", "/* */" + order(), BROKEN);
        add("white space around it", "\r\n\t " + order() + " \n", APPLIED);
        add("duplicate names", order("\"amount\":1,\"amount\":2"), BROKEN);
        add("unknown fields", order("\"a\":1,\"b\":{\"c\":[null,true]},\"\":\"\""), APPLIED);
        add(
                "10,000 levels",
                order("\"x\":" + "[".repeat(10_000) + "]".repeat(10_000)),
                "orders-validate: nested too deeply");
        add("900 levels", order("\"x\":" + "[".repeat(900) + "]".repeat(900)), APPLIED);
        add(
                "a name of 60,000 letters",
                order("\"" + "n".repeat(60_000) + "\":1"),
                "orders-validate: JSON name too long");
        add("5 MB, valid", order("\"x\":\"" + "m".repeat(5_000_000) + "\""), APPLIED);
        add("5 MB, cut off", "{\"x\":\"" + "m".repeat(5_000_000), BROKEN);
        add(
                "2 million faults",
                order("\"items\":[0" + ",0".repeat(2_000_000) + "]"),
                "orders-validate: too many JSON values");
        add(
                "2,000 faults",
                order("\"items\":[0" + ",0".repeat(2_000) + "]"),
                "orders-validate: schema: $.items maxItems");
    }

    private void text() {
        add("NUL escaped", order("\"customer\":\"a\\u0000b\""), "orders: NUL in a text");
        add("NUL byte", order("\"customer\":\"a\0b\""), "orders-validate: NUL byte");
        add("NUL after the end", order() + "\0", "orders-validate: NUL byte");
        byte[] invalid = order("\"customer\":\"a?b\"").getBytes(UTF_8);
        invalid[new String(invalid, UTF_8).indexOf('?')] = (byte) 0xC3;
        add("invalid UTF-8", invalid, "orders-validate: invalid UTF-8");
        add("random bytes", new byte[] {(byte) 0x80, 1, (byte) 0xFF, 0}, "orders-validate: invalid UTF-8");
        add("UTF-16", order().getBytes(UTF_16BE), "orders-validate: NUL byte");
        add("byte order mark", "\uFEFF" + order(), "orders-validate: byte order mark");
        add("half a surrogate pair, escaped", order("\"customer\":\"\\ud83d\""), "orders: broken JSON");
        add("a surrogate pair, escaped", order("\"customer\":\"\\ud83d\\ude00\""), APPLIED);
        add("a control character", order("\"customer\":\"a\u0001b\""), BROKEN);
        add("every script", order("\"customer\":\"\u00e9\u4e2d\uD83D\uDE00\u202E\""), APPLIED);
        add("placeholders", order("\"customer\":\"${body} :#x :y ? {{a}} #{b} %s \\\\\""), APPLIED);
        add("quotes for SQL", order("\"customer\":\"'); drop table orders; --\""), APPLIED);
    }

    private void values() {
        add("wrong type", order("\"version\":\"one\""), "orders-validate: schema: $.version type");
        add("below the minimum", order("\"amount\":-1"), "orders-validate: schema: $.amount minimum");
        add("no number", order("\"amount\":NaN"), BROKEN);
        add("1e400", order("\"amount\":1e400"), APPLIED);
        add("1e1000000000", order("\"amount\":1e1000000000"), "orders-validate: exponent beyond 1000");
        add("1e131071", order("\"amount\":1e131071"), "orders-validate: exponent beyond 1000");
        add("1e-1000000000", order("\"amount\":1e-1000000000"), "orders-validate: exponent beyond 1000");
        add(
                "an exponent beyond any",
                order("\"amount\":1e99999999999999999999"),
                "orders-validate: exponent beyond 1000");
        add("version 1e1000000000", order("\"version\":1e1000000000"), "orders-validate: exponent beyond 1000");
        add("100 digits", order("\"amount\":" + "9".repeat(100)), APPLIED);
        add("2,000 digits", order("\"amount\":" + "9".repeat(2_000)), "orders-validate: JSON number too long");
        add("a version of 100 digits", order("\"version\":" + "9".repeat(100)), "orders: SQLSTATE 22003");
        add("version 99999999999", order("\"version\":99999999999"), "orders: SQLSTATE 22003");
        add("version 1.0", order("\"version\":1.0"), "orders: SQLSTATE 22P02");
        add("no date", order("\"placed_at\":\"not a date\""), "orders: SQLSTATE 22007");
        add("a date that is not in the calendar", order("\"placed_at\":\"2026-02-30\""), "orders: SQLSTATE 22008");
    }

    private void identity() {
        cases.add(new Case("null key", null, order().getBytes(UTF_8), APPLIED, List.of()));
        id("no message-id", null, APPLIED);
        id("empty message-id", new byte[0], APPLIED);
        id("message-id of 1 MB", "i".repeat(1_000_000).getBytes(UTF_8), APPLIED);
        id("another message-id of 1 MB", ("i".repeat(1_000_000) + "j").getBytes(UTF_8), APPLIED);
        id("message-id with NUL", "a\0b".getBytes(UTF_8), APPLIED);
        id("message-id with a replacement character", "a\uFFFDb".getBytes(UTF_8), APPLIED);
        id("binary message-id", new byte[] {0, 0, 0, (byte) 0x80}, APPLIED);
        id("the next binary message-id", new byte[] {0, 0, 0, (byte) 0x81}, APPLIED);
        add("refused, its id comes again", "{", BROKEN, new Header("message-id", "again".getBytes(UTF_8)));
        id("corrected, with the id of a refused one", "again".getBytes(UTF_8), APPLIED);
        // With one key for both, so that one lane writes them, in order.
        List<Header> id = List.of(new Header("message-id", "once more".getBytes(UTF_8)));
        byte[] undated = order("\"placed_at\":\"soon\"").getBytes(UTF_8);
        cases.add(new Case("refused by Postgres, its id comes again", "k", undated, "orders: SQLSTATE 22007", id));
        cases.add(new Case("corrected, with the id of that", "k", order().getBytes(UTF_8), APPLIED, id));
    }

    private void headers() {
        header("binary header", "channel", new byte[] {(byte) 0xFF, 0, 1});
        header("header with NUL", "channel", "a\0b".getBytes(UTF_8));
        header("empty header", "channel", new byte[0]);
        header("header without value", "channel", null);
        header("header without name", "", "x".getBytes(UTF_8));
        header("header of 1 MB", "channel", "h".repeat(1_000_000).getBytes(UTF_8));
        header("header that claims another offset", "kafka.OFFSET", "0".getBytes(UTF_8));
        header("header that claims another topic", "KAFKA.topic", "x".getBytes(UTF_8));
        header("header that commands Camel", "CamelSqlQuery", "drop table orders".getBytes(UTF_8));
        add("refused with a binary header", "{", BROKEN, new Header("trace", new byte[] {(byte) 0xFF, 0}));
        add("refused with NUL in header and name", "{", BROKEN, new Header("tr\0ce", "a\0b".getBytes(UTF_8)));
        add("refused, claims another offset", "{", BROKEN, new Header("kafka.OFFSET", "0".getBytes(UTF_8)));
        cases.add(new Case("refused, key with NUL", "k\0y", "{".getBytes(UTF_8), BROKEN, List.of()));
    }

    private void header(String name, String header, byte[] value) {
        add(name, order(), APPLIED, new Header(header, value));
    }

    private void id(String name, byte[] id, String end) {
        cases.add(new Case(
                name,
                "c" + cases.size(),
                order().getBytes(UTF_8),
                end,
                id == null ? List.of() : List.of(new Header("message-id", id))));
    }

    private void add(String name, String value, String end, Header... headers) {
        add(name, value.getBytes(UTF_8), end, headers);
    }

    private void add(String name, byte[] value, String end, Header... headers) {
        cases.add(new Case(name, "c" + cases.size(), value, end, List.of(headers)));
    }

    /** A valid order, named after the case. */
    private String order() {
        return Orders.json("case-" + cases.size(), 1);
    }

    /** The same with more fields, or with others. */
    private String order(String fields) {
        String name = fields.substring(0, fields.indexOf(':') + 1);
        String without = order().replaceFirst("," + name + "(\"[^\"]*\"|[^,}]*)", "");
        return without.substring(0, without.length() - 1) + "," + fields + "}";
    }
}
